import type { TemplateParams } from '../../domain/messages';
import { instantText, type Place } from '../display';
import type { Screen } from '../screen';
import { say } from '../wording';
import { wordOf } from './words';

/** What operators read when something is not as it is: nobody saw to it, or nobody can be believed (NT-7). */
export const WATCH_NOTICES = {
  'ops.overdue': (params: TemplateParams['ops.overdue'], place: Place): Screen => {
    const { key, owner, reason } = params;
    const kind = wordOf(place.locale, 'admin.item', params.kind);
    const due = instantText(params.dueAt, place);
    return { text: say(place.locale, 'ops.overdue', { kind, key, owner, reason, due }), rows: [] };
  },
  'ops.verification': (params: TemplateParams['ops.verification'], { locale }: Place): Screen => ({
    text: say(locale, 'ops.verification', { ...params }),
    rows: [],
  }),
};
