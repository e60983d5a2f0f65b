import type { PaymentCard } from '../../../src/commands/repairs-contract';
import { newOpenItem } from '../support/items';
import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { newSubscriber } from '../subscription/support/subscribers';
import { buttonsOf, type Visitor } from '../support/visitor';

const QUARANTINED: PaymentCard = {
  ...{ provider: 'mock', providerPaymentId: 'mp_1', phase: 'quarantined', facts: [] },
  ...{ outcome: undefined, waitingFor: 'an operator', nextActionAt: undefined },
  allowedRepairs: ['resolve', 'writeOff', 'retryDelivery'],
};
const STUCK = {
  ...{ workflowId: 'pay:mock:mp_1', type: 'paymentConfirmation', state: 'quarantined' },
  ...{ reason: 'underpaid', userId: '42', startedAt: '2030-01-01T00:00:00.000Z' },
};
const COMMANDS = [
  '/admin',
  '/find',
  '/open',
  '/stuck',
  '/block',
  '/unblock',
  '/maintenance',
  '/stats',
  '/credit',
  '/role',
  '/approve',
  '/broadcast',
  '/promo_new',
  '/promo_list',
  '/promo_off',
  '/tariffs_admin',
  '/topics',
  '/multipliers',
  '/payment',
];

function pressable(visitor: Visitor): string[] {
  return buttonsOf(visitor.shown()).flatMap((button) =>
    'callback_data' in button ? [button.callback_data] : [],
  );
}

/** A button by what it does and to what kind of thing; one of each is enough. */
function kindOf(data: string): string {
  const [version, area, action, , arg] = data.split(':');
  return [version, area, action, /^[a-z_]+$/.test(arg ?? '') ? arg : ''].join(':');
}

describe('every screen of the administration', () => {
  let stage: Stage;
  let target: Visitor;
  beforeAll(async () => {
    stage = await startStage({
      hasCatalogue: true,
      change: ({ commands, settings }) => ({
        commands: {
          ...commands,
          paymentCard: () => Promise.resolve(QUARANTINED),
          stuckWorkflows: () => Promise.resolve(Array.from({ length: 16 }, () => STUCK)),
        },
        settings: {
          ...settings,
          webUi: { baseUrl: 'https://temporal.example', namespace: 'default' },
        },
      }),
    });
    target = await newSubscriber(stage, { name: '<b>&"', tokens: 250 });
    await newOpenItem(stage.sql, {
      userId: target.id,
      kind: 'break',
      key: 'mismatch:mock:mp_7:differs:1',
      due: new Date('2029-01-01'),
    });
    for (let count = 0; count < 10; count += 1) await newOpenItem(stage.sql, { userId: target.id });
  });
  afterAll(() => stage.stop());

  it.each(['ru', 'en'])('T-E7 has no dead button, in %s', async (language) => {
    const operator = await newOperator(stage, ['support', 'finance', 'admin'], { language });
    const pressed = new Set<string>();
    const walk = async (command: string): Promise<void> => {
      await operator.write(command);
      for (let steps = 0; steps < 40; steps += 1) {
        const next = pressable(operator).find((data) => !pressed.has(kindOf(data)));
        if (next === undefined) return;
        expect(Buffer.byteLength(next)).toBeLessThanOrEqual(64);
        pressed.add(kindOf(next));
        const { toast } = await operator.press(next);
        expect(toast ?? '').not.toMatch(/больше не работает|no longer works/);
      }
    };
    for (let rounds = 0; rounds < 3; rounds += 1)
      for (const command of [...COMMANDS, `/user ${target.id}`]) await walk(command);
    for (const route of [
      'user',
      'hist',
      'items',
      'item',
      'fix',
      'stuck',
      'block',
      'maint',
      'stats',
      'chart',
      'csv',
      'topic',
      'msgs',
      'sub',
      'subfix',
      'no',
    ])
      expect([...pressed].some((kind) => kind.startsWith(`v1:adm:${route}:`))).toBe(true);
    expect(stage.incidents).toEqual([]);
    expect(stage.logged).toEqual([]);
  });

  it('shows a name like markup as the name it is, and links to the Web UI', async () => {
    const operator = await newOperator(stage, ['support']);
    const { text, reply_markup } = (await operator.write(`/find ${target.id}`)).message;
    expect(text).toContain('<b>&"');
    expect(JSON.stringify(reply_markup)).toContain('https://temporal.example/namespaces/default');
    expect(JSON.stringify(reply_markup)).not.toContain('adm:block');
    expect((await operator.write('/stuck')).message.text).toContain('There are more');
  });

  it('settles a difference by its button, or gives it to whoever presses', async () => {
    const operator = await newOperator(stage, ['finance']);
    for (const [button, command, members] of [
      ['Compare again', 'resolveMismatch', { how: 'retry' }],
      ['Close, both sides stay', 'resolveMismatch', { how: 'accept' }],
      ['I see to it', 'assignMismatch', { owner: String(operator.id) }],
    ] as const) {
      await operator.write('/open');
      await operator.press('Books disagree');
      await operator.press(button);
      await operator.write('looked at both lists today');
      expect((await operator.press('Do it')).toast).toContain('Accepted');
      expect(stage.commands.asked.at(-1)).toMatchObject({
        name: command,
        with: { payment: { provider: 'mock', providerPaymentId: 'mp_7' }, ...members },
      });
    }
  });

  it('sends a repair with its reason to the workflow of the payment', async () => {
    const { openItemId, providerPaymentId } = await newOpenItem(stage.sql, {
      ...{ userId: target.id, due: new Date('2020-01-01') },
    });
    const support = await newOperator(stage, ['support']);
    await support.write('/open');
    await support.press('Paid too little');
    expect(pressable(support).some((data) => data.includes('adm:fix'))).toBe(false);
    const operator = await newOperator(stage, ['finance']);
    await operator.write('/open');
    await operator.press('Paid too little');
    expect(operator.shown().message.text).toContain('paid <150> of 200');
    await operator.press('Credit the wallet');
    await operator.write('the customer paid in cash');
    expect((await operator.press('Do it')).toast).toContain('Accepted');
    expect(stage.commands.asked.at(-1)).toMatchObject({
      name: 'repairPayment',
      with: {
        payment: { provider: 'mock', providerPaymentId },
        ...{ repair: 'credit_wallet', reason: 'the customer paid in cash' },
        operatorId: String(operator.id),
      },
    });
    stage.commands.next('repairPayment', () =>
      Promise.resolve({ kind: 'refused', reason: 'its item is closed' } as const),
    );
    await operator.press('Refund the payer');
    await operator.write('the customer asked for it');
    expect((await operator.press('Do it')).toast).toContain('its item is closed');
    await stage.sql`update open_items set state = 'resolved', resolution = 'x', resolved_by = '1' where id = ${openItemId}`;
  });
});
