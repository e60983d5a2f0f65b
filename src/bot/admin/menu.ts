import { localeOf, show, type BotContext } from '../context';
import { button, lines, type Button, type Screen } from '../screen';
import { say } from '../wording';
import {
  EVERY_ROLE,
  guarded,
  hasRole,
  refuseButton,
  type AdminCommand,
  type AdminFeature,
} from './gate';

/** Two labels fit beside each other on a telephone. */
const BUTTONS_A_ROW = 2;

/** /admin: what this person may do, and nothing of what they may not. */
export function menuFeature(commands: readonly AdminCommand[]): AdminFeature<'nav:adm' | 'adm:go'> {
  return {
    commands: [
      { command: 'admin', roles: EVERY_ROLE, handler: (ctx) => show(ctx, screen(ctx, commands)) },
    ],
    callbacks: guarded(EVERY_ROLE, {
      'nav:adm': (ctx) => show(ctx, screen(ctx, commands)),
      'adm:go': async (ctx, press) => {
        const command = allowed(ctx, commands).find((each) => each.command === press.arg);
        if (command) await command.handler(ctx, '');
        else await refuseButton(ctx);
      },
    }),
  };
}

function allowed(ctx: BotContext, commands: readonly AdminCommand[]): readonly AdminCommand[] {
  return commands.filter(({ roles, isHidden }) => !isHidden && hasRole(ctx, roles));
}

function screen(ctx: BotContext, commands: readonly AdminCommand[]): Screen {
  const locale = localeOf(ctx);
  const mine = allowed(ctx, commands);
  const roles = ctx.visit.arrival.roles.join(', ');
  const buttons = mine.map(({ command }) =>
    button({ locale, key: `admin.command.${command}` }, { route: 'adm:go', arg: command }),
  );
  return {
    text: lines(
      say(locale, 'admin.menu.title'),
      say(locale, 'admin.menu.roles', { roles }),
      '',
      ...mine.map(({ command }) => `/${command} · ${say(locale, `admin.command.${command}`)}`),
    ),
    rows: inRows(buttons),
  };
}

function inRows(buttons: readonly Button[]): Screen['rows'] {
  const starts = buttons.map((_, index) => index).filter((index) => index % BUTTONS_A_ROW === 0);
  return starts.map((start) => buttons.slice(start, start + BUTTONS_A_ROW));
}
