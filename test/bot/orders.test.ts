import { startStage, type Stage } from './support/stage';
import { dataOf, newVisitor, until, type Visitor } from './support/visitor';
import { TEST_SECRETS } from '../support/secrets';

describe('orders', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  async function offered(): Promise<{ visitor: Visitor; confirm: string }> {
    const visitor = newVisitor(stage);
    await visitor.write('/topup');
    await visitor.press('₽200');
    return { visitor, confirm: dataOf(visitor.shown(), 'Continue to pay') };
  }

  async function ordered(): Promise<{ visitor: Visitor; invoiceId: string }> {
    const { visitor, confirm } = await offered();
    await visitor.press(confirm);
    const [row] = await stage.sql`select id from invoices where user_id = ${visitor.id}`;
    return { visitor, invoiceId: String(row?.['id']) };
  }

  const openings = (visitor: Visitor) =>
    stage.commands.asked.filter(
      ({ name, with: order }) =>
        name === 'openCheckout' && 'userId' in order && order.userId === visitor.id,
    );

  it('T-P28 a double tap makes one order', async () => {
    const { visitor, confirm } = await offered();
    const { telegram } = stage;
    const { message_id } = visitor.shown().message;
    const taps = [1, 2, 3].map(() => telegram.press(visitor.id, message_id, { data: confirm }));
    for (const tap of taps) expect(await telegram.waitForAnswer(tap.id)).toBeDefined();
    const rows = await stage.sql`select 1 from invoices where user_id = ${visitor.id}`;
    expect(rows).toHaveLength(1);
    expect(openings(visitor)).toHaveLength(1);
    expect(visitor.shown().message.text).toContain('Waiting for payment');
  });

  it('T-P28 a stale buy button offers the current price instead of the old one', async () => {
    const { visitor, confirm } = await offered();
    stage.advance(16 * 60_000);
    const { message } = await visitor.press(confirm);
    expect(message.message.text).toContain('That price is out of date');
    expect(openings(visitor)).toHaveLength(0);
    const fresh = dataOf(message, 'Continue to pay');
    expect(fresh).not.toBe(confirm);
    await visitor.press(fresh);
    expect(openings(visitor)).toHaveLength(1);
  });

  it('T-P28 an old keyboard is answered politely', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    for (const data of ['buy_tariff_17', 'v0:nav:bal', 'v1:q:ok', 'v1:inv:chk:1']) {
      const { toast, isAlert } = await visitor.forge(data);
      expect([isAlert, toast]).toEqual([
        true,
        expect.stringMatching(/no longer works|out of date/),
      ]);
    }
  });

  it('T-A12 check, cancel and a look at a foreign invoice are refused', async () => {
    const { invoiceId } = await ordered();
    const { visitor: thief } = await offered();
    const { encodeCallback } = await import('../../src/bot/callback-data');
    const before = stage.commands.asked.length;
    for (const route of ['inv:chk', 'inv:can', 'inv:show', 'inv:alt', 'inv:use'] as const) {
      const { toast, message } = await thief.forge(encodeCallback({ route, id: invoiceId }));
      expect(toast).toContain('no such invoice');
      expect(message.message.text).not.toContain('Waiting for payment');
    }
    for (const route of ['q:ok', 'q:no'] as const) {
      const { toast } = await thief.forge(encodeCallback({ route, id: invoiceId }));
      expect(toast).toContain('not for you');
    }
    expect(stage.commands.asked).toHaveLength(before);
    const [row] = await stage.sql`select state from invoices where id = ${invoiceId}`;
    expect(row?.['state']).toBe('pending');
  });

  it('checking tells what the books say', async () => {
    const { visitor, invoiceId } = await ordered();
    expect((await visitor.press('Check payment')).toast).toBe('The payment has not arrived yet.');
    await stage.sql`update invoices set state = 'paid', paid_at = now() where id = ${invoiceId}`;
    const paid = await visitor.press('Check payment');
    expect(paid.toast).toBe('Payment received!');
    expect(paid.message.message.text).toContain('✅ Paid');
    expect(() => dataOf(paid.message, 'Check payment')).toThrow('no button');
  });

  it('cancelling closes the invoice; one that is paid already says so', async () => {
    const first = await ordered();
    const cancelled = await first.visitor.press('Cancel invoice');
    expect(cancelled.message.message.text).toContain('Cancelled');
    const second = await ordered();
    stage.commands.next('cancelCheckout', async ({ invoiceId }) => {
      await stage.sql`update invoices set state = 'paid', paid_at = now() where id = ${invoiceId}`;
      return { kind: 'already_paid' };
    });
    const late = await second.visitor.press('Cancel invoice');
    expect(late.toast).toContain('already paid');
    expect(late.message.message.text).toContain('✅ Paid');
  });

  it.each([
    ['too_many_open', 'too many unpaid invoices'],
    ['money_frozen', 'disputed payment'],
    ['erasing', 'erase your data'],
    ['terms_not_accepted', 'accept the terms'],
    ['user_blocked', 'contact support'],
    ['provider_unavailable', 'does not answer right now'],
    ['quote_expired', 'That price is out of date'],
  ] as const)('a refusal for %s is explained', async (reason, words) => {
    const { visitor, confirm } = await offered();
    stage.commands.next('openCheckout', async () => ({ kind: 'refused', reason }));
    expect((await visitor.press(confirm)).message.message.text).toContain(words);
  });

  it('a provider that takes its time is announced', async () => {
    const { visitor, confirm } = await offered();
    stage.commands.next('openCheckout', async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      return { kind: 'refused', reason: 'provider_unavailable' };
    });
    const { toast, message } = await visitor.press(confirm);
    expect(toast).toBe('Preparing your invoice…');
    await until(
      'the outcome',
      () => visitor.shown().message.text?.includes('does not answer') ?? false,
    );
    expect(message.message.message_id).toBe(visitor.shown().message.message_id);
  });

  it('a link to an invoice opens it for its owner only', async () => {
    const { visitor, invoiceId } = await ordered();
    const { toId22 } = await import('../../src/bot/id22');
    const link = `/start inv_${toId22(invoiceId)}`;
    expect((await visitor.write(link)).message.text).toContain('Waiting for payment');
    expect((await newVisitor(stage).write(link)).message.text).toContain('no such invoice');
  });

  it('five invoices a minute are enough', async () => {
    const { createRecords } = await import('../../src/records/records');
    const { DEFAULT_SETTINGS } = await import('../../src/domain/billing/settings');
    const records = createRecords(stage.db, { settings: DEFAULT_SETTINGS, secrets: TEST_SECRETS });
    const verdicts = await Promise.all(
      Array.from({ length: 6 }, () => records.takeRate('invoice', 4242)),
    );
    const limited = verdicts.filter(({ kind }) => kind === 'limited');
    expect(limited).toHaveLength(1);
    expect(limited[0]).toMatchObject({ retryAfterSeconds: expect.any(Number) });
  });
});
