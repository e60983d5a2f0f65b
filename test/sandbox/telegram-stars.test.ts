import { Bot } from 'grammy';
import type { TelegramSandbox } from '../../sandbox/telegram/server';
import { startTelegramSandbox } from '../../sandbox/telegram/server';

const TOKEN = '4242:secret';
const MONTH_SECONDS = 2_592_000;
const PRICE = [{ label: 'Pack', amount: 100 }];

describe('Stars in the Telegram sandbox', () => {
  let sandbox: TelegramSandbox;
  let bot: Bot;
  let anna: number;
  let decide: 'approve' | 'refuse' | 'silent';

  beforeEach(async () => {
    decide = 'approve';
    sandbox = await startTelegramSandbox({ port: 0, preCheckoutSeconds: 0.2, rates: 'unlimited' });
    sandbox.registerBot(TOKEN);
    anna = sandbox.createPerson({ firstName: 'Anna' }).id;
    sandbox.openChat(anna);
    bot = new Bot(TOKEN, { client: { apiRoot: sandbox.apiRoot } });
    bot.on('pre_checkout_query', async (ctx) => {
      if (decide === 'silent') return;
      await (decide === 'approve'
        ? ctx.answerPreCheckoutQuery(true)
        : ctx.answerPreCheckoutQuery(false, { error_message: 'Sold out' }));
    });
    const allowed_updates = ['message', 'pre_checkout_query', 'subscription'] as const;
    await new Promise<void>((resolve) => {
      void bot.start({ allowed_updates, onStart: () => resolve() });
    });
  });

  afterEach(async () => {
    await bot.stop();
    await sandbox.close();
  });

  const invoice = (payload = 'order-1'): Promise<string> =>
    bot.api.createInvoiceLink('Pack', 'Tokens', payload, '', 'XTR', PRICE);

  const subscription = (): Promise<string> =>
    bot.api.createInvoiceLink('Pro', 'Monthly', 'sub-1', '', 'XTR', PRICE, {
      subscription_period: MONTH_SECONDS,
    });

  const paidCharge = async (link: string): Promise<string> => {
    const outcome = await sandbox.pay(anna, { link });
    if (outcome.status !== 'paid') throw new Error(outcome.reason);
    return outcome.chargeId;
  };

  it('pays a link, tells the bot, and lists the transaction', async () => {
    const chargeId = await paidCharge(await invoice());
    const payment = sandbox.messages(anna).at(-1)?.message.successful_payment;
    expect(payment).toMatchObject({
      currency: 'XTR',
      total_amount: 100,
      invoice_payload: 'order-1',
      telegram_payment_charge_id: chargeId,
    });
    expect(payment).not.toHaveProperty('is_recurring');
    expect(await bot.api.getMyStarBalance()).toEqual({ amount: 100 });
    const { transactions } = await bot.api.getStarTransactions();
    expect(transactions).toMatchObject([
      { id: chargeId, amount: 100, source: { user: { id: anna }, invoice_payload: 'order-1' } },
    ]);
  });

  it('pays an invoice message once and leaves a receipt', async () => {
    const message = await bot.api.sendInvoice(anna, 'Pack', 'Tokens', 'order-1', 'XTR', PRICE);
    expect(message.invoice).toMatchObject({ title: 'Pack', total_amount: 100, currency: 'XTR' });
    const outcome = await sandbox.pay(anna, { messageId: message.message_id });
    expect(outcome.status).toBe('paid');
    expect(sandbox.messages(anna)[0]?.receiptChargeId).toBeDefined();
    await expect(sandbox.pay(anna, { messageId: message.message_id })).rejects.toThrow(
      'already paid',
    );
  });

  it('moves no Stars when the bot refuses, stays silent, or the person has too few', async () => {
    const link = await invoice();
    decide = 'refuse';
    expect(await sandbox.pay(anna, { link })).toEqual({ status: 'declined', reason: 'Sold out' });
    decide = 'silent';
    expect(await sandbox.pay(anna, { link })).toMatchObject({ status: 'expired' });
    const poor = sandbox.createPerson({ firstName: 'Ben', starBalance: 99 });
    expect(await sandbox.pay(poor.id, { link })).toMatchObject({ status: 'not_enough_stars' });
    expect(sandbox.charges()).toEqual([]);
  });

  it('refuses an answer before checkout that comes too late', async () => {
    decide = 'silent';
    await sandbox.pay(anna, { link: await invoice() });
    const query = sandbox.log('update').find((it) => it.name === 'pre_checkout_query')?.request;
    const { pre_checkout_query } = query as { pre_checkout_query: { id: string } };
    await expect(bot.api.answerPreCheckoutQuery(pre_checkout_query.id, true)).rejects.toMatchObject(
      {
        description:
          'Bad Request: query is too old and response timeout expired or query ID is invalid',
      },
    );
  });

  it('refunds once, with a message and a transaction of the same id', async () => {
    const chargeId = await paidCharge(await invoice());
    await bot.api.refundStarPayment(anna, chargeId);
    expect(sandbox.messages(anna).at(-1)?.message.refunded_payment).toMatchObject({
      telegram_payment_charge_id: chargeId,
      total_amount: 100,
    });
    expect(sandbox.person(anna).starBalance).toBe(10_000);
    await expect(bot.api.refundStarPayment(anna, chargeId)).rejects.toMatchObject({
      error_code: 400,
      description: 'Bad Request: CHARGE_ALREADY_REFUNDED',
    });
    const { transactions } = await bot.api.getStarTransactions();
    expect(transactions.map((it) => [it.id, it.receiver !== undefined])).toEqual([
      [chargeId, false],
      [chargeId, true],
    ]);
    await expect(bot.api.refundStarPayment(anna, 'stx')).rejects.toMatchObject({
      description: 'Bad Request: CHARGE_NOT_FOUND',
    });
  });

  it('starts a subscription and renews it with a new charge and the same payload', async () => {
    const first = await paidCharge(await subscription());
    const started = sandbox.messages(anna).at(-1)?.message.successful_payment;
    expect(started).toMatchObject({ is_recurring: true, is_first_recurring: true });
    const { expiresAt } = sandbox.changeSubscription(first, 'renew');
    const renewed = sandbox.messages(anna).at(-1)?.message.successful_payment;
    expect(renewed).toMatchObject({
      is_recurring: true,
      invoice_payload: 'sub-1',
      subscription_expiration_date: expiresAt,
    });
    expect(expiresAt).toBe((started?.subscription_expiration_date ?? 0) + MONTH_SECONDS);
    expect(renewed?.telegram_payment_charge_id).not.toBe(first);
    expect(renewed).not.toHaveProperty('is_first_recurring');
  });

  it('tells the bot when a subscription fails, is cancelled and is resumed', async () => {
    const first = await paidCharge(await subscription());
    sandbox.changeSubscription(first, 'fail');
    sandbox.changeSubscription(first, 'cancel');
    expect(() => sandbox.changeSubscription(first, 'renew')).toThrow('resume it first');
    sandbox.changeSubscription(first, 'resume');
    const told = sandbox
      .log('update')
      .filter((it) => it.name === 'subscription')
      .reverse();
    expect(told.map((it) => it.request)).toMatchObject([
      { subscription: { state: 'failed', invoice_payload: 'sub-1', user: { id: anna } } },
      { subscription: { state: 'canceled' } },
      { subscription: { state: 'active' } },
    ]);
  });

  it('lets the bot cancel and restore by the first charge only', async () => {
    const first = await paidCharge(await subscription());
    await bot.api.editUserStarSubscription(anna, first, true);
    expect(sandbox.subscriptions()[0]).toMatchObject({ state: 'canceled', isCanceledByBot: true });
    expect(() => sandbox.changeSubscription(first, 'resume')).toThrow('only the bot');
    await bot.api.editUserStarSubscription(anna, first, false);
    sandbox.changeSubscription(first, 'renew');
    const renewal = sandbox.charges().at(-1)?.id ?? '';
    await expect(bot.api.editUserStarSubscription(anna, renewal, true)).rejects.toThrow(
      'CHARGE_NOT_FOUND',
    );
  });

  it.each([
    ['two prices', { prices: [...PRICE, ...PRICE] }, 'STARS_INVOICE_INVALID'],
    ['no price', { prices: [] }, 'STARS_INVOICE_INVALID'],
    ['half a Star', { prices: [{ label: 'x', amount: 0.5 }] }, 'CURRENCY_TOTAL_AMOUNT_INVALID'],
    ['a payload of 129 bytes', { payload: 'я'.repeat(64) + 'x' }, 'INVOICE_PAYLOAD_INVALID'],
    ['no payload', { payload: '' }, 'parameter "payload" is required'],
    ['a long title', { title: 'x'.repeat(33) }, 'INVOICE_TITLE_TOO_LONG'],
    ['a long description', { description: 'x'.repeat(256) }, 'INVOICE_DESCRIPTION_TOO_LONG'],
    ['a fiat currency', { currency: 'RUB' }, 'PAYMENT_PROVIDER_INVALID'],
    ['another period', { subscription_period: 60 }, 'SUBSCRIPTION_PERIOD_INVALID'],
  ])('refuses an invoice link with %s', async (_name, change, reason) => {
    const fields = { title: 'a', description: 'b', payload: 'c', currency: 'XTR', prices: PRICE };
    const call = bot.api.raw.createInvoiceLink({ ...fields, ...change });
    await expect(call).rejects.toMatchObject({ description: `Bad Request: ${reason}` });
  });

  it('wants the Pay button first', async () => {
    const other = { text: 'Other', callback_data: 'x' };
    const send = (rows: object[][]): Promise<unknown> =>
      bot.api.sendInvoice(anna, 'Pack', 'Tokens', 'o', 'XTR', PRICE, {
        reply_markup: { inline_keyboard: rows as never },
      });
    await expect(send([[other]])).rejects.toThrow('BUTTON_POS_INVALID');
    await send([[{ text: 'Pay', pay: true }], [other]]);
  });

  it('renews by the clock of the person what is due, and nothing that is canceled', async () => {
    const first = await paidCharge(await subscription());
    const move = async (days: number): Promise<unknown> => {
      const response = await fetch(`${sandbox.apiRoot}/sandbox/people/${anna}/clock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ aheadSeconds: days * 86_400 }),
      });
      return response.json();
    };
    const state = () => sandbox.subscriptions().find(({ id }) => id === first)?.state;
    expect(await move(29)).toEqual({ charges: [] });
    expect(await move(61)).toMatchObject({ charges: [expect.any(String), expect.any(String)] });
    expect(sandbox.charges()).toHaveLength(3);
    expect(await move(61)).toEqual({ charges: [] });
    sandbox.changeSubscription(first, 'cancel');
    expect(await move(130)).toEqual({ charges: [] });
    expect(state()).toBe('canceled');
  });
});
