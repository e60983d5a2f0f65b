import { Composer } from 'grammy';
import { localeOf, tell, type BotContext } from './context';
import { openButton, type Screen } from './screen';

/** Whatever no feature took: it is answered all the same. */
export function fallbacks(): Composer<BotContext> {
  const composer = new Composer<BotContext>();
  composer.command('cancel', async (ctx) => {
    const hadQuestion = ctx.visit.arrival.dialogue !== undefined;
    await tell(ctx, { key: hadQuestion ? 'cancel.done' : 'cancel.nothing' }, menuRows(ctx));
  });
  composer.on('message:text', async (ctx) => {
    const isLate = ctx.visit.arrival.isDialogueOver && !ctx.message.text.startsWith('/');
    await tell(ctx, { key: isLate ? 'dialogue.over' : 'unknown.text' }, menuRows(ctx));
  });
  composer.on('message', (ctx) => tell(ctx, { key: 'unknown.kind' }, menuRows(ctx)));
  return composer;
}

function menuRows(ctx: BotContext): Screen['rows'] {
  return [[openButton(localeOf(ctx), 'button.menu', 'nav:menu')]];
}
