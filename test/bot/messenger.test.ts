import { Api } from 'grammy';
import { startTelegramSandbox, type TelegramSandbox } from '../../sandbox/telegram/server';
import { createMessenger } from '../../src/bot/messenger';
import { renderNotice } from '../../src/bot/billing/notices';
import type { Messenger, TemplateParams } from '../../src/domain/messages';
import { buttonsOf } from './support/visitor';
import { OPS_SAMPLES } from './support/ops-samples';
import { PRICE_SAMPLES } from './support/price-samples';

const TOKEN = '7000000001:messenger-tests';
const money = { amountMinor: 20_000, currency: 'RUB', exponent: 2 };
const invoiceId = '0198a000-0000-7000-8000-000000000000';
const order = { no: 17, invoiceId };

const plan = { planRu: 'План <1>', planEn: 'Plan <1>' };
const proposal = {
  proposalId: invoiceId,
  action: 'grant_tokens',
  details: JSON.stringify({ userId: 42, amountUtok: 5_000_000, origin: 'grant' }),
};

const limit = {
  window: 'day',
  limitUtok: 100_000_000,
  until: '2026-03-02T00:00:00Z',
} as const;
const SAMPLES: TemplateParams = {
  'pay.ok.topup': { ...money, tokensUtok: 200_000_000, balanceUtok: 99_990_000 },
  'pay.ok.activated': {
    ...money,
    until: '2026-03-01T21:05:00Z',
    feeUtok: 100_000_000,
    balanceUtok: 0,
  },
  'pay.ok.order': {
    ...money,
    planRu: 'Базовый',
    planEn: 'Basic',
    tokensUtok: 20_000_000,
    balanceUtok: 0,
  },
  'pay.ok.fee_missing': {
    ...money,
    tokensUtok: 1,
    balanceUtok: 50_000_000,
    missingUtok: 50_000_000,
  },
  'pay.late.wallet': { ...order, tokensUtok: 200_000_000 },
  'pay.late.honoured': order,
  'pay.late.suspense': { ...order, ...money },
  'pay.duplicate.wallet': { ...order, ...money, tokensUtok: 1_000_000, balanceUtok: 2_000_000 },
  'pay.duplicate.refund': { ...order, ...money },
  'pay.quarantine': { ...order, ...money },
  'pay.refunded': { ...order, ...money },
  'pay.confirming': order,
  'pay.failed': order,
  'inv.reminder': { ...order, ...money, until: '2026-03-01T21:05:00Z' },
  'inv.expired': order,
  'inv.cancelled': order,
  'inv.unavailable': { no: 17 },
  'sub.reminder': {
    subscriptionId: '0198a000-0000-7000-8000-000000000001',
    until: '2026-03-01T21:05:00Z',
    driver: 'wallet',
    balanceUtok: 60_000_000,
    feeUtok: 100_000_000,
    missingUtok: 40_000_000,
  },
  'sub.renewed': {
    until: '2026-03-01T21:05:00Z',
    feeUtok: 100_000_000,
    balanceUtok: 5_000_000,
  },
  'sub.paid': {
    ...money,
    until: '2026-03-01T21:05:00Z',
    tokensUtok: 5_000_000,
    balanceUtok: 5_000_000,
  },
  'sub.confirming': money,
  'sub.cancelled_refund': money,
  'sub.failed': {
    subscriptionId: '0198a000-0000-7000-8000-000000000001',
    reason: 'insufficient',
    access: 'full',
    next: '2026-03-02T21:05:00Z',
    missingUtok: 40_000_000,
  },
  'sub.restricted': { subscriptionId: invoiceId, until: '2026-03-09T21:05:00Z' },
  'sub.paused': { until: '2026-03-01T21:05:00Z' },
  'sub.resumed': { until: '2026-03-01T21:05:00Z', isUnpaid: 0 },
  'sub.given': { until: '2026-03-01T21:05:00Z' },
  'sub.expired': { balanceUtok: 42_000_000 },
  ...PRICE_SAMPLES,
  'trial.started': {
    ...plan,
    tokensUtok: 30_000_000,
    until: '2026-03-17T12:00:00.000Z',
    balanceUtok: 42_000_000,
  },
  'trial.ending': { until: '2026-03-17T12:00:00.000Z', balanceUtok: 42_000_000 },
  'export.ready': {
    exportId: invoiceId,
    until: '2026-03-01T21:05:00Z',
    url: 'https://billing.example/export/x',
  },
  'erasure.accepted': { until: '2026-03-01T21:05:00Z' },
  'erasure.withdrawn': {},
  'erasure.done': {},
  'gift.ready': {
    ...money,
    ...plan,
    giftId: invoiceId,
    until: '2026-03-17T12:00:00.000Z',
    receiptId: invoiceId,
    receiptNo: 5,
  },
  'gift.reminder': { ...plan, giftId: invoiceId, until: '2026-03-17T12:00:00.000Z' },
  'gift.received': { ...plan, tokensUtok: 5_000_000, balanceUtok: 42_000_000 },
  'gift.claimed': plan,
  'gift.returned': { ...plan, tokensUtok: 5_000_000, balanceUtok: 42_000_000 },
  'referral.held': { tokensUtok: 5_000_000, until: '2026-03-17T12:00:00.000Z' },
  'referral.paid': { tokensUtok: 5_000_000, balanceUtok: 42_000_000 },
  'referral.void': { tokensUtok: 5_000_000 },
  'referral.thanks': {},
  'lot.expiring': { tokensUtok: 5_000_000, until: '2026-03-10T12:00:00.000Z' },
  'low.balance': { balanceUtok: 9_990_000, thresholdUtok: 10_000_000, offersAuto: 1 },
  'method.saved': { label: 'Visa •• 4242' },
  'method.removed': {
    label: 'Visa •• 4242',
    renewedUntil: '2026-03-10T12:00:00.000Z',
    stopsTopup: 1,
  },
  'auto.deferred': { ...money, until: '2026-03-10T12:00:00.000Z' },
  'auto.declined': { ...money, until: '2026-03-10T12:00:00.000Z' },
  'auto.confirming': money,
  'auto.off': { because: 'declined' },
  'limit.reached': { ...limit, percent: 80, usedUtok: 80_000_000 },
  'ops.limit': { ...limit, percent: 100, usedUtok: 100_000_000, scope: 'key', name: 'shop, 1a2b…' },
  'lot.expired': { tokensUtok: 5_000_000, balanceUtok: 42_000_000 },
  'tokens.granted': { tokensUtok: 5_000_000, balanceUtok: 42_000_000 },
  'tokens.taken': { tokensUtok: 5_000_000, balanceUtok: 42_000_000 },
  'proposal.opened': {
    ...proposal,
    amountMinor: 500,
    quorum: 1,
    reason: 'a <gift>',
    proposedBy: 42,
    until: '2026-08-01T12:00:00.000Z',
  },
  'proposal.executed': proposal,
  'proposal.failed': { ...proposal, cause: 'insufficient' },
  'proposal.rejected': { ...proposal, by: 43, reason: 'too <much>' },
  'proposal.expired': proposal,
  'refund.done': { ...order, ...money, tokensUtok: 1_000_000, balanceUtok: 2_000_000 },
  'refund.considered': { ...order, ...money },
  'refund.declined': { ...order, ...money },
  'dispute.opened': { ...order, ...money },
  'dispute.won': { ...order, ...money, balanceUtok: 2_000_000 },
  'dispute.lost': { ...order, ...money, balanceUtok: -2_000_000 },
  'ops.refund': { ...order, ...money, key: 'refund:1', userId: 42, reason: 'a <b>wish</b>' },
  'ops.dispute': { ...order, ...money, key: 'd:1', userId: 42, until: '2026-03-01T21:05:00Z' },
  'ops.dispute_due': { ...order, ...money, key: 'd:1', userId: 42, until: '2026-03-01T21:05:00Z' },
  broadcast: { broadcastId: invoiceId, text: '<b>Sale</b> &amp; more' },
  'broadcast.over': {
    broadcastId: invoiceId,
    state: 'done',
    total: 5,
    sent: 3,
    failed: 1,
    unreachable: 1,
  },
  'ops.open_item': { kind: 'underpaid', key: 'pay:mock:1', reason: 'paid <100> of 200', ...money },
  'ops.payment': { ...order, ...money, userId: 42 },
  ...OPS_SAMPLES,
};

describe('messages from the outbox', () => {
  const chatId = 9_100_001;
  let telegram: TelegramSandbox;
  let messenger: Messenger;
  beforeAll(async () => {
    telegram = await startTelegramSandbox({ port: 0, rates: 'unlimited' });
    telegram.registerBot(TOKEN);
    telegram.createPerson({ id: chatId, firstName: 'Anna' });
    telegram.openChat(chatId);
    const api = new Api(TOKEN, { apiRoot: telegram.apiRoot, timeoutSeconds: 1 });
    const reads = { invoice: () => Promise.reject(new Error('nothing is read to send')) };
    messenger = createMessenger(api, { reads, paymentProviders: [] });
  });
  afterEach(() => telegram.faults.clear());
  afterAll(() => telegram.close());

  const sample = (template: keyof TemplateParams, locale: 'ru' | 'en' = 'en') => ({
    ...{ chatId, locale, timeZone: 'Europe/Moscow', template },
    params: SAMPLES[template] as Readonly<Record<string, string | number>>,
  });
  const shown = () => {
    const last = telegram.messages(chatId).at(-1);
    if (!last) throw new Error('nothing was sent');
    return last;
  };

  it.each(Object.keys(SAMPLES) as (keyof TemplateParams)[])(
    '%s is sent in both languages',
    async (template) => {
      for (const locale of ['ru', 'en'] as const) {
        const outcome = await messenger.send(sample(template, locale));
        expect(outcome).toEqual({ kind: 'sent', telegramMessageId: shown().message.message_id });
        expect(shown().message.text).not.toMatch(/[{}]|undefined|NaN/);
        for (const button of buttonsOf(shown()))
          expect(
            'url' in button || ('callback_data' in button && button.callback_data.length <= 64),
          ).toBe(true);
      }
    },
  );

  it('say exactly what the specification says', async () => {
    await messenger.send(sample('pay.ok.topup', 'ru'));
    expect(shown().message.text?.replaceAll('\u00a0', ' ')).toBe(
      'Оплата 200 ₽ получена. Зачислено 200 ток. Баланс: 99,99.',
    );
    await messenger.send(sample('pay.ok.activated', 'en'));
    expect(shown().message.text?.replaceAll('\u00a0', ' ')).toBe(
      'Payment of ₽200 received. Subscription until 2026-03-02 00:05 MSK, fee 100 tokens. Balance: 0.',
    );
  });

  it('tell apart when to wait, when to give up, and when to try again', async () => {
    const refused = async (fault: Parameters<TelegramSandbox['faults']['add']>[0]) => {
      telegram.faults.add({ ...fault, times: 1 });
      return messenger.send(sample('sub.expired'));
    };
    expect(await refused({ kind: '429', seconds: 7 })).toEqual({
      kind: 'rate_limited',
      retryAfterSeconds: 7,
    });
    expect(await refused({ kind: '403' })).toMatchObject({ kind: 'unreachable' });
    expect(await refused({ kind: '400' })).toMatchObject({ kind: 'rejected' });
    expect(await refused({ kind: '500' })).toMatchObject({ kind: 'unavailable' });
    expect(await refused({ kind: '401' })).toMatchObject({ kind: 'unavailable' });
    expect(await refused({ kind: 'drop-response' })).toMatchObject({ kind: 'unavailable' });
    const hung = await refused({ kind: 'hang', seconds: 5 });
    expect(hung).toMatchObject({ kind: 'unavailable' });
    expect(JSON.stringify(hung)).not.toContain('messenger-tests');
  });

  it('to somebody who blocked the bot are unreachable', async () => {
    telegram.setBlocked(chatId, true);
    expect(await messenger.send(sample('sub.expired'))).toMatchObject({ kind: 'unreachable' });
    telegram.setBlocked(chatId, false);
  });

  it('of an unknown template, or with params that do not fit, are rejected alone', async () => {
    const base = { chatId, locale: 'en', timeZone: 'UTC' } as const;
    expect(await messenger.send({ ...base, template: 'toString', params: {} })).toMatchObject({
      kind: 'rejected',
    });
    expect(await messenger.send({ ...base, template: 'pay.ok.topup', params: {} })).toMatchObject({
      kind: 'rejected',
    });
    const params = { no: 1, invoiceId: 'not-a-uuid' };
    expect(await messenger.send({ ...base, template: 'pay.confirming', params })).toMatchObject({
      kind: 'rejected',
    });
  });

  it('longer than a message are split, buttons under the last part', async () => {
    const before = telegram.messages(chatId).length;
    const params = { kind: 'underpaid', key: 'k', reason: 'long & winding\n'.repeat(600) };
    const outcome = await messenger.send({
      chatId,
      locale: 'en',
      timeZone: 'UTC',
      template: 'ops.open_item',
      params,
    });
    expect(outcome).toMatchObject({ kind: 'sent' });
    expect(telegram.messages(chatId).length - before).toBe(3);
  });

  it('open a new message when their buttons are pressed, so that receipts stay', () => {
    const screen = renderNotice(sample('pay.ok.topup'), { locale: 'en', timeZone: 'UTC' });
    expect(screen?.rows.flat()).toMatchObject([{ press: { route: 'nav:bal', arg: 'new' } }]);
  });
});
