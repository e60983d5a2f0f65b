import { newCode } from '../support/campaigns';
import { startStage, WIDE_LIMITS, type Stage } from './support/stage';
import { buttonsOf, newVisitor, type Visitor } from './support/visitor';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({ hasCatalogue: true });
  await newCode(stage.sql, { code: 'TENTH' });
  await newCode(stage.sql, { code: 'FIFTY', kind: 'bonus_tokens', value: 50_000_000 });
  await newCode(stage.sql, { code: 'WEEK', kind: 'bonus_days', value: 7 });
  await newCode(stage.sql, { code: 'BASICONLY', tariff: 'basic' });
  await newCode(stage.sql, { code: 'OVER', validUntil: '2021-01-01T00:00:00Z' });
});
afterAll(() => stage.stop());

async function quoted(visitor: Visitor): Promise<void> {
  await visitor.write('/topup');
  await visitor.press('₽200');
}

const text = (visitor: Visitor) => visitor.shown().message.text ?? '';
const labels = (visitor: Visitor) => buttonsOf(visitor.shown()).map((button) => button.text);

async function codeRows(): Promise<unknown> {
  return stage.sql`select * from promo_codes order by code`;
}

describe('a code typed for the next order', () => {
  it('says what it does and goes into that order', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/promo');
    expect(text(visitor)).toContain('Type your promo code');
    await visitor.write(' tenth ');
    expect(text(visitor)).toMatch(/TENTH.*accepted[\s\S]*10% off/);
    await visitor.press('Top up');
    await visitor.press('₽200');
    expect(text(visitor)).toMatch(
      /Price: ₽200\nPromo code: TENTH\nDiscount: ₽20\nYou get: 200 tokens[\s\S]*To pay: ₽180/,
    );
    await visitor.press('Continue to pay ₽180');
    expect(text(visitor)).toMatch(/Promo code: TENTH\nDiscount: ₽20[\s\S]*Amount: /);
    await quoted(visitor);
    expect(text(visitor)).toContain('To pay: ₽200');
  });

  it('comes with a link as well', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start promo_FIFTY');
    expect(text(visitor)).toContain('50 bonus tokens');
    await visitor.press('Plans');
    await visitor.press('Basic');
    await visitor.press('Choose for ₽99');
    expect(text(visitor)).toMatch(/You get: 20 tokens\nBonus: 50 tokens/);
  });

  it('leads to its one tariff', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/promo BASICONLY');
    await visitor.press('See the plan');
    await visitor.press('Choose for ₽99');
    expect(text(visitor)).toContain('To pay: ₽89.10');
  });

  it('that does not fit an order is left out of it, and that is said', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/promo WEEK');
    await quoted(visitor);
    expect(text(visitor)).toContain('The code WEEK does not fit this order');
    expect(text(visitor)).toContain('To pay: ₽200');
    await visitor.write('/start t_access-30');
    await visitor.press('Choose for ₽199');
    expect(text(visitor)).toContain('Period longer by 7 days');
  });

  it('is forgotten by a button', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/promo TENTH');
    await visitor.press('Forget the code');
    await quoted(visitor);
    expect(text(visitor)).toContain('To pay: ₽200');
    await visitor.write('/promo');
    expect(labels(visitor)).not.toContain('✖️ Forget the code');
  });
});

describe('a code for the order on the screen', () => {
  it('T-D6 makes a new quote of the same wish, and one tap takes it out again (PR-8)', async () => {
    const visitor = newVisitor(stage);
    await quoted(visitor);
    await visitor.press('Promo code');
    await visitor.write('tenth');
    expect(text(visitor)).toMatch(/Promo code: TENTH[\s\S]*To pay: ₽180/);
    await visitor.press('Without the code');
    expect(text(visitor)).toContain('To pay: ₽200');
    expect(text(visitor)).not.toContain('TENTH');
    await quoted(visitor);
    expect(text(visitor)).toContain('To pay: ₽200');
  });

  it('that is refused leaves the question open until a command or /cancel', async () => {
    const visitor = newVisitor(stage);
    await quoted(visitor);
    await visitor.press('Promo code');
    await visitor.write('nonsense');
    expect(text(visitor)).toMatch(/not valid[\s\S]*\/cancel/);
    await visitor.write('WEEK');
    expect(text(visitor)).toContain('does not fit this order');
    await visitor.write('TENTH');
    expect(text(visitor)).toContain('To pay: ₽180');
    await visitor.press('Without the code');
    await visitor.press('Promo code');
    await visitor.write('/cancel');
    await visitor.write('TENTH');
    expect(text(visitor)).toContain('did not understand');
  });

  it('stays with a quote that is made again because its button is old', async () => {
    const visitor = newVisitor(stage);
    await quoted(visitor);
    await visitor.press('Promo code');
    await visitor.write('TENTH');
    stage.advance(16 * 60_000);
    await visitor.press('Continue to pay');
    expect(text(visitor)).toMatch(/out of date[\s\S]*Promo code: TENTH[\s\S]*To pay: ₽180/);
  });

  it('that holds no longer is left out of the quote made again, and that is said', async () => {
    await newCode(stage.sql, { code: 'BRIEF' });
    const visitor = newVisitor(stage);
    await quoted(visitor);
    await visitor.press('Promo code');
    await visitor.write('BRIEF');
    await stage.sql`update promo_codes set is_active = false where code = 'BRIEF'`;
    stage.advance(16 * 60_000);
    await visitor.press('Continue to pay');
    expect(text(visitor)).toMatch(/BRIEF does not fit[\s\S]*To pay: ₽200/);
  });

  it('that no order can have any more is refused at the till with the price without it', async () => {
    const visitor = newVisitor(stage);
    await quoted(visitor);
    await visitor.press('Promo code');
    await visitor.write('TENTH');
    stage.commands.next('openCheckout', () =>
      Promise.resolve({ kind: 'refused', reason: 'promo_exhausted' } as const),
    );
    await visitor.press('Continue to pay');
    expect(text(visitor)).toMatch(/All places of this code are taken[\s\S]*To pay: ₽200/);
  });

  it('of somebody else’s quote is refused', async () => {
    const [owner, thief] = [newVisitor(stage), newVisitor(stage)];
    await quoted(owner);
    const promo = buttonsOf(owner.shown()).find((one) => one.text.includes('Promo code'));
    await thief.write('/start');
    const data = promo && 'callback_data' in promo ? promo.callback_data : '';
    expect((await thief.forge(data)).toast).toContain('not for you');
    expect((await thief.forge(data.replace('q:promo', 'q:plain'))).toast).toContain('not for you');
  });
});

describe('a code that waits in an open order', () => {
  it('is answered with that order and a button to it (PR-7)', async () => {
    await newCode(stage.sql, { code: 'WAITS' });
    const visitor = newVisitor(stage);
    await quoted(visitor);
    await visitor.press('Promo code');
    await visitor.write('WAITS');
    await visitor.press('Continue to pay');
    const no = Number(/Invoice #(\d+)/.exec(text(visitor))?.[1]);
    await stage.sql`
      insert into promo_uses (id, code_id, user_id, slot, invoice_id, quote_id, state)
      select gen_random_uuid(), k.id, i.user_id, 1, i.id, i.quote_id, 'reserved'
      from invoices i, promo_codes k where i.no = ${no} and k.code = 'WAITS'`;
    await visitor.write('/promo WAITS');
    expect(text(visitor)).toContain(`in invoice #${no}`);
    await visitor.press(`Invoice #${no}`);
    expect(text(visitor)).toContain(`Invoice #${no}`);
  });
});

describe('whatever else is typed as a code', () => {
  it.each([
    ...['%', '_', "' or 1=1", 'T%NTH', 'T_NTH', 'OVER', '🎟', '<b>&'].map((one) => [one, one]),
    ['four thousand letters', 'x'.repeat(4_000)],
  ])('T-V16 T-D1 %s is not valid, and no code is touched', async (_what, typed) => {
    const before = await codeRows();
    const visitor = newVisitor(stage);
    await visitor.write('/promo');
    await visitor.write(typed);
    expect(text(visitor)).toContain('This code is not valid');
    expect(await codeRows()).toEqual(before);
    expect(stage.incidents).toEqual([]);
  });

  it('T-D1 among several similar codes is exactly the one that was typed', async () => {
    for (const code of ['SIM_1', 'SIM-1', 'SIM11', 'SIM_11']) {
      await newCode(stage.sql, { code, value: code.length * 100 });
    }
    const visitor = newVisitor(stage);
    await visitor.write('/promo sim_1');
    expect(text(visitor)).toMatch(/SIM_1.*accepted[\s\S]*5% off/);
    await visitor.write('/promo sim_11');
    expect(text(visitor)).toMatch(/SIM_11.*accepted[\s\S]*6% off/);
  });

  it('is limited to five tries in ten minutes (BOT-6)', async () => {
    const strict = await startStage({
      rateLimits: { ...WIDE_LIMITS, promo: { points: 5, seconds: 600 } },
    });
    try {
      const visitor = newVisitor(strict);
      await visitor.write('/promo');
      for (let tries = 0; tries < 5; tries += 1) await visitor.write('GUESS');
      expect(text(visitor)).toContain('not valid');
      await visitor.write('GUESS');
      expect(text(visitor)).toMatch(/Please wait \d+ seconds/);
    } finally {
      await strict.stop();
    }
  });
});
