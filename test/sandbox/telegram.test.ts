import { Bot } from 'grammy';
import type { TelegramSandbox } from '../../sandbox/telegram/server';
import { startTelegramSandbox } from '../../sandbox/telegram/server';

const TOKEN = '4242:secret';

describe('the Telegram sandbox with a polling grammY bot', () => {
  let sandbox: TelegramSandbox;
  let bot: Bot;

  beforeEach(async () => {
    sandbox = await startTelegramSandbox({ port: 0 });
    bot = new Bot(TOKEN, { client: { apiRoot: sandbox.apiRoot } });
  });

  afterEach(async () => {
    await bot.stop();
    await sandbox.close();
  });

  const run = (): Promise<void> =>
    new Promise((resolve) => void bot.start({ onStart: () => resolve() }));

  it('carries a command to the bot and its answer to the person', async () => {
    bot.command('start', (ctx) => ctx.reply(`Hello, ${ctx.from?.first_name} ${ctx.match}`));
    await run();
    const anna = sandbox.createPerson({ firstName: '<b>&"', languageCode: 'ru' });
    sandbox.send(anna.id, '/start promo_1');
    const { message } = await sandbox.waitForMessage(anna.id, 'Hello');
    expect(message.text).toBe('Hello, <b>&" promo_1');
  });

  it('carries a pressed button to the bot, its toast and its edit back', async () => {
    bot.command('start', (ctx) =>
      ctx.reply('<b>Menu</b>', {
        parse_mode: 'HTML',
        reply_markup: { inline_keyboard: [[{ text: 'Balance', callback_data: 'v1:nav:bal' }]] },
      }),
    );
    bot.callbackQuery('v1:nav:bal', async (ctx) => {
      await ctx.answerCallbackQuery({ text: 'One moment', show_alert: true });
      await ctx.editMessageText('Balance: 5');
    });
    await run();
    const anna = sandbox.createPerson({ firstName: 'Anna' });
    sandbox.send(anna.id, '/start');
    const menu = await sandbox.waitForMessage(anna.id, 'Menu');
    expect(menu.message.entities).toEqual([{ type: 'bold', offset: 0, length: 4 }]);
    const press = sandbox.press(anna.id, menu.message.message_id, { text: 'Balance' });
    expect(await sandbox.waitForAnswer(press.id)).toEqual({ text: 'One moment', isAlert: true });
    const edited = await sandbox.waitForMessage(anna.id, 'Balance: 5');
    expect(edited.message.message_id).toBe(menu.message.message_id);
    expect(edited.message.edit_date).toBeGreaterThan(0);
  });

  it('sells for Stars: asks before checkout, then tells of the payment', async () => {
    bot.command('buy', (ctx) =>
      ctx.replyWithInvoice('100 tokens', 'A small pack', 'order-1', 'XTR', [
        { label: '100 tokens', amount: 100 },
      ]),
    );
    bot.on('pre_checkout_query', (ctx) => ctx.answerPreCheckoutQuery(true));
    bot.on('message:successful_payment', (ctx) =>
      ctx.reply(`paid ${ctx.message.successful_payment.invoice_payload}`),
    );
    await run();
    const anna = sandbox.createPerson({ firstName: 'Anna' });
    sandbox.send(anna.id, '/buy');
    const invoice = await sandbox.waitForMessage(anna.id, '100 tokens');
    const outcome = await sandbox.pay(anna.id, { messageId: invoice.message.message_id });
    expect(outcome.status).toBe('paid');
    await sandbox.waitForMessage(anna.id, 'paid order-1');
    expect(sandbox.person(anna.id).starBalance).toBe(9900);
  });
});
