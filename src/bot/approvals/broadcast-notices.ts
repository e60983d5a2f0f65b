import type { TemplateParams } from '../../domain/messages';
import type { Place } from '../display';
import { button, type Screen } from '../screen';
import { say } from '../wording';
import { stateText } from './broadcast-words';

/** A broadcast as people see it, and how it ended. */
export const BROADCAST_NOTICES = {
  /** The text is markup already; it was previewed as such. */
  broadcast: ({ text }: TemplateParams['broadcast'], place: Place) => broadcastScreen(text, place),
  'broadcast.over': (params: TemplateParams['broadcast.over'], { locale }: Place): Screen => {
    const { broadcastId: id, state, sent, total, failed, unreachable } = params;
    const counts = { sent, total, failed, unreachable };
    const open = button({ locale, key: 'button.refresh' }, { route: 'bc:show', id });
    return {
      text: say(locale, 'broadcast.over', { state: stateText(locale, state), ...counts }),
      rows: [[open]],
    };
  },
};

/** Every one carries the button that ends them (NT-5). */
export function broadcastScreen(text: string, { locale }: Place): Screen {
  return { text, rows: [[button({ locale, key: 'button.unsubscribe' }, { route: 'news:off' })]] };
}
