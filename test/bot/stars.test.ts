import type { Api } from 'grammy';
import { startStage, type Stage } from './support/stage';
import { newVisitor, until, type Visitor } from './support/visitor';

const PROVIDERS = [
  { name: 'mock', currencies: ['RUB'] },
  { name: 'stars', currencies: ['XTR'] },
];

describe('Stars', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true, paymentProviders: PROVIDERS });
  });
  afterAll(() => stage.stop());

  /** An order of the basic pack for 75 Stars, with the link Telegram makes for it. */
  async function ordered(): Promise<{ visitor: Visitor; invoiceId: string; link: string }> {
    const visitor = newVisitor(stage);
    await visitor.write('/start t_basic');
    await visitor.press('⭐');
    await visitor.press('Continue to pay');
    const [row] = await stage.sql`select id from invoices where user_id = ${visitor.id}`;
    const invoiceId = String(row?.['id']);
    return { visitor, invoiceId, link: await linkFor(stage.bot.api, invoiceId, 75) };
  }

  function linkFor(api: Api, payload: string, stars: number): Promise<string> {
    const options = [{ label: 'Basic', amount: stars }];
    return api.raw.createInvoiceLink({
      ...{ title: 'Basic', description: '20 tokens', payload, currency: 'XTR' },
      prices: options,
    });
  }

  const hints = (invoiceId: string) =>
    stage.commands.asked.filter(
      ({ name, with: hint }) => name === 'hintPayment' && JSON.stringify(hint).includes(invoiceId),
    );

  it('an open order of the payer is let through, and its payment becomes a hint', async () => {
    const { visitor, invoiceId, link } = await ordered();
    const outcome = await stage.telegram.pay(visitor.id, { link });
    expect(outcome).toMatchObject({ status: 'paid' });
    await until('the hint', () => hints(invoiceId).length > 0);
    const chargeId = outcome.status === 'paid' ? outcome.chargeId : '';
    expect(hints(invoiceId)[0]?.with).toMatchObject({
      provider: 'stars',
      providerPaymentId: chargeId,
      hint: {
        source: 'telegram',
        fact: {
          providerPaymentId: chargeId,
          state: 'paid',
          amount: { minor: 75, currency: 'XTR', exponent: 0 },
          invoiceId,
          userId: visitor.id,
          paidAt: expect.stringMatching(/^\d{4}-/),
        },
      },
    });
  });

  it('T-P3 an invoice that is paid, cancelled or expired is refused before the Stars move', async () => {
    const { visitor, invoiceId, link } = await ordered();
    for (const state of ['paid', 'cancelled', 'expired']) {
      await stage.sql`update invoices set state = ${state} where id = ${invoiceId}`;
      expect(await stage.telegram.pay(visitor.id, { link })).toEqual({
        status: 'declined',
        reason: 'This invoice is already closed. Create a new one in the bot.',
      });
    }
    expect(hints(invoiceId)).toHaveLength(0);
  });

  it('a foreign, unknown, changed or outdated order is refused with a reason in words', async () => {
    const { visitor, invoiceId, link } = await ordered();
    const stranger = newVisitor(stage);
    await stranger.write('/start');
    const { api } = stage.bot;
    const reasonOf = async (who: Visitor, address: string) => {
      const outcome = await stage.telegram.pay(who.id, { link: address });
      return 'reason' in outcome ? outcome.reason : outcome.status;
    };
    expect(await reasonOf(stranger, link)).toContain('somebody else');
    expect(await reasonOf(visitor, await linkFor(api, 'no-uuid', 75))).toContain('no such invoice');
    expect(await reasonOf(visitor, await linkFor(api, invoiceId, 74))).toContain('amount differs');
    await stage.sql`update invoices set expires_at = now() + interval '9 days' where id = ${invoiceId}`;
    stage.advance(73 * 3_600_000);
    expect(await reasonOf(visitor, link)).toContain('out of date');
    stage.advance(-73 * 3_600_000);
  });

  it('a payment that cannot be handed over is reported again until it can', async () => {
    const { visitor, invoiceId, link } = await ordered();
    stage.commands.next('hintPayment', () => Promise.reject(new Error('no Temporal')));
    await stage.telegram.pay(visitor.id, { link });
    await until('the second hint', () => hints(invoiceId).length === 2);
    expect(JSON.stringify(stage.logged)).toContain('did not reach its workflow');
    expect(visitor.texts().join()).not.toContain('went wrong');
  });

  it('a refund becomes a hint too', async () => {
    const { visitor, invoiceId, link } = await ordered();
    const outcome = await stage.telegram.pay(visitor.id, { link });
    const chargeId = outcome.status === 'paid' ? outcome.chargeId : '';
    await stage.bot.api.refundStarPayment(visitor.id, chargeId);
    await until('the refund', () => hints(invoiceId).length === 2);
    expect(hints(invoiceId)[1]?.with).toMatchObject({ hint: { fact: { state: 'refunded' } } });
  });

  it('a read that hangs is a refusal within three seconds', async () => {
    const slow = await startStage({
      change: ({ reads }) => ({
        reads: { ...reads, preCheckout: () => new Promise(() => undefined) },
      }),
    });
    try {
      const visitor = newVisitor(slow);
      await visitor.write('/start');
      const link = await linkFor(slow.bot.api, '0198a000-0000-7000-8000-000000000000', 75);
      const asked = performance.now();
      expect(await slow.telegram.pay(visitor.id, { link })).toMatchObject({ status: 'declined' });
      expect(performance.now() - asked).toBeLessThan(3_000);
    } finally {
      await slow.stop();
    }
  });
});
