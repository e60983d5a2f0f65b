import { REFUND_PLAN } from '../workflows/support/cast';
import { newOperator } from './support/roles';
import { startStage, type Stage } from './support/stage';
import { buttonsOf, dataOf, newVisitor, type Visitor } from './support/visitor';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

/** Somebody whose top-up is paid, as far as screens can see. */
async function buyer(): Promise<{ visitor: Visitor; paymentId: string; no: number }> {
  const visitor = newVisitor(stage);
  await visitor.write('/topup');
  await visitor.press('₽200');
  await visitor.press('Continue to pay');
  const [invoice] = await stage.sql`
    update invoices set state = 'paid' where user_id = ${visitor.id} returning id, no::int as no`;
  const [payment] = await stage.sql`
    insert into payments (id, provider, provider_payment_id, invoice_id, payer_user_id, amount_minor,
      currency, exponent, state, rank, paid_at)
    values (gen_random_uuid(), 'mock', ${`p${visitor.id}`}, ${String(invoice?.['id'])}, ${visitor.id},
      20000, 'RUB', 2, 'paid', 40, now())
    returning id`;
  return { visitor, paymentId: String(payment?.['id']), no: Number(invoice?.['no']) };
}

const asked = (name: string) => stage.commands.asked.filter((each) => each.name === name);
const textOf = (visitor: Visitor) => visitor.shown().message.text ?? '';

describe('/refund', () => {
  it('leads from the order over a reason and every figure to the claim', async () => {
    const { visitor, paymentId, no } = await buyer();
    await visitor.write('/refund');
    expect(textOf(visitor)).toContain(`#${no}`);
    await visitor.press(`#${no}`);
    await visitor.press('Not needed any more');
    for (const figure of [
      'Paid: ₽200',
      'bought: 200, spent of them: 100',
      'taken back: 100',
      '₽100',
    ])
      expect(textOf(visitor)).toContain(figure);
    expect(asked('openRefund').at(-1)?.with).toMatchObject({
      input: {
        ...{ paymentId, origin: 'user', isPreview: true, reason: 'Not needed any more' },
        requestedBy: { kind: 'user', id: String(visitor.id) },
      },
    });
    const opened = asked('openRefund').at(-1)?.with as { n: string };
    await visitor.press('Refund ₽100');
    expect(textOf(visitor)).toContain('The money is going back');
    expect(asked('confirmRefund').at(-1)?.with).toMatchObject({ paymentId, n: opened.n });
  });

  it('takes a reason in words, asks again for a short one, and forgets it at a command', async () => {
    const { visitor, no } = await buyer();
    await visitor.write('/refund');
    await visitor.press(`#${no}`);
    await visitor.press('Another reason');
    expect((await visitor.write('short')).message.text).toContain('10 to 500');
    await visitor.write('/balance');
    expect((await visitor.write('a long enough reason')).message.text).toContain(
      'did not understand',
    );
    await visitor.write('/refund');
    await visitor.press(`#${no}`);
    await visitor.press('Another reason');
    await visitor.write('it prints <b>nonsense</b>');
    expect(textOf(visitor)).toContain('Refund of invoice');
    expect(asked('openRefund').at(-1)?.with).toMatchObject({
      input: { reason: 'it prints <b>nonsense</b>' },
    });
  });

  it('says why not, in words', async () => {
    const { visitor, no } = await buyer();
    for (const reason of ['nothing_unspent', 'only_in_full', 'disputed'] as const) {
      stage.commands.next('openRefund', () =>
        Promise.resolve({ kind: 'refused', reason, mostMinor: 0 }),
      );
      await visitor.write('/refund');
      await visitor.press(`#${no}`);
      await visitor.press('Bought by mistake');
      expect(textOf(visitor)).not.toContain('undefined');
      expect(buttonsOf(visitor.shown()).map(({ text }) => text)).toEqual(['⬅️ Back']);
    }
    expect(textOf(visitor)).toContain('Your bank is deciding');
  });

  it('tells of a claim that others consider, and of one that came too late', async () => {
    const { visitor, no } = await buyer();
    const claim = async () => {
      await visitor.write('/refund');
      await visitor.press(`#${no}`);
      await visitor.press('Bought by mistake');
    };
    await claim();
    stage.commands.next('confirmRefund', () => Promise.resolve(undefined));
    await visitor.press('Refund ₽100');
    expect(textOf(visitor)).toContain('no longer valid');
    await claim();
    stage.commands.next('confirmRefund', () =>
      Promise.resolve({
        kind: 'over',
        result: { kind: 'abandoned', reason: 'nobody confirmed it' },
      }),
    );
    await visitor.press('Refund ₽100');
    expect(textOf(visitor)).toContain('no longer valid');
  });

  it('shows where a refund stands instead of offering another', async () => {
    const { visitor, paymentId, no } = await buyer();
    await stage.sql`
      insert into refunds (id, key, payment_id, amount_minor, state, policy, reason)
      values (gen_random_uuid(), ${`refund:${paymentId}:1`}, ${paymentId}, 10000, 'proposed', 'unspent_only', 'x')`;
    await visitor.write('/refund');
    expect(textOf(visitor)).toContain('the refund of ₽100 is being considered');
    expect(() => dataOf(visitor.shown(), `#${no}`)).toThrow();
    await stage.sql`update refunds set state = 'done' where payment_id = ${paymentId}`;
    await visitor.write('/paysupport');
    await visitor.press('Get money back');
    expect(textOf(visitor)).toContain('₽100 was refunded');
  });

  it('opens nobody else’s order', async () => {
    const { visitor, no } = await buyer();
    await visitor.write('/refund');
    const data = dataOf(visitor.shown(), `#${no}`);
    const stranger = newVisitor(stage);
    await stranger.write('/refund');
    expect(textOf(stranger)).toContain('no paid orders');
    const before = asked('openRefund').length;
    for (const forged of [
      data,
      data.replace('pick', 'why') + ':mind',
      data.replace('pick', 'ok') + ':u1',
    ])
      expect((await stranger.forge(forged)).toast).toContain('no such order');
    expect(asked('openRefund')).toHaveLength(before);
  });
});

describe('/refundop', () => {
  it('is nothing to those without a role', async () => {
    const { no } = await buyer();
    const visitor = newVisitor(stage);
    expect((await visitor.write(`/refundop ${no}`)).message.text).toContain('did not understand');
  });

  it('shows the plan, asks for a reason, and orders exactly what was shown', async () => {
    const { paymentId, no } = await buyer();
    const operator = await newOperator(stage, ['finance']);
    await operator.write(`/refundop ${no} 50,00 full_with_debt`);
    expect(asked('openRefund').at(-1)?.with).toMatchObject({
      input: {
        paymentId,
        origin: 'operator',
        amountMinor: 5_000,
        policy: 'full_with_debt',
        isPreview: true,
      },
    });
    expect(textOf(operator)).toContain('Paid: ₽200');
    await operator.write('the customer wrote a letter');
    await operator.press('Do it');
    expect(asked('operate').at(-1)?.with).toMatchObject({
      action: 'refund',
      params: { paymentId, refundMinor: 10_000, policy: 'unspent_only' },
      reason: 'the customer wrote a letter',
      operator: { userId: operator.id },
    });
  });

  it('explains itself and its refusals', async () => {
    const { paymentId } = await buyer();
    const operator = await newOperator(stage, ['support']);
    for (const typed of [
      '',
      ` ${paymentId} ten`,
      ` ${paymentId} 1 2`,
      ` ${paymentId} goodwill unspent_only`,
    ])
      expect((await operator.write(`/refundop${typed}`)).message.text).toContain('Like this');
    expect((await operator.write('/refundop 999999')).message.text).toContain('no such order');
    stage.commands.next('openRefund', () =>
      Promise.resolve({ kind: 'refused', reason: 'more_than_refundable', mostMinor: 7_000 }),
    );
    expect((await operator.write(`/refundop ${paymentId} 100`)).message.text).toContain(
      'At most: ₽70',
    );
  });
});

describe('/refunds', () => {
  async function claimed() {
    const { paymentId, no } = await buyer();
    const plan = { ...REFUND_PLAN, refundMinor: 10_000 };
    await stage.sql`
      insert into refunds (id, key, payment_id, amount_minor, state, policy, reason, requested_by, plan)
      values (gen_random_uuid(), ${`refund:${paymentId}:1`}, ${paymentId}, 10000, 'proposed', 'unspent_only',
        'it prints nonsense', 'user:7', ${stage.sql.json(plan)})`;
    return { paymentId, no };
  }

  it('is for those who may decide', async () => {
    const operator = await newOperator(stage, ['support']);
    expect((await operator.write('/refunds')).message.text).toContain('did not understand');
  });

  it.each([
    ['Refund', 'approve'],
    ['Decline', 'abandon'],
  ])('lets a claim be decided: %s', async (label, how) => {
    const { paymentId, no } = await claimed();
    const operator = await newOperator(stage, ['finance']);
    await operator.write('/refunds');
    expect(textOf(operator)).toContain('it prints nonsense');
    await operator.press(`${label} #${no}`);
    expect(textOf(operator)).toContain('To be refunded');
    await operator.write('looked at the logs of it');
    await operator.press('Do it');
    expect(asked('steerRefund').at(-1)?.with).toEqual({
      ...{ workflowId: `refund:${paymentId}:1`, how },
      ...{ operatorId: String(operator.id), reason: 'looked at the logs of it' },
    });
    await stage.sql`update refunds set state = 'done' where payment_id = ${paymentId}`;
  });

  it('tells why the workflow refuses', async () => {
    const { no } = await claimed();
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/refunds');
    await operator.press(`Refund #${no}`);
    await operator.write('looked at the logs of it');
    stage.commands.next('steerRefund', () =>
      Promise.resolve({ kind: 'refused', reason: 'somebody else must agree' }),
    );
    expect((await operator.press('Do it')).toast).toContain('somebody else must agree');
  });
});
