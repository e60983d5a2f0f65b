import { addCode, newCode } from '../../support/campaigns';
import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { buttonsOf, type Visitor } from '../support/visitor';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({ hasCatalogue: true });
});
afterAll(() => stage.stop());

const REASON = 'the spring campaign';
const text = (visitor: Visitor) => visitor.shown().message.text ?? '';
const last = () => stage.commands.asked.filter(({ name }) => name === 'operate').at(-1)?.with;

async function confirmed(operator: Visitor): Promise<void> {
  await operator.write(REASON);
  await operator.press('Do it');
}

describe('/promo_new', () => {
  it('explains itself when nothing is said', async () => {
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/promo_new');
    expect(text(operator)).toContain('/promo_new SPRING 10% +50tok budget=100');
  });

  it('makes what the line says, after reason and confirmation', async () => {
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/promo_new spring 10% +50tok budget=100 count=20 tariff=basic');
    expect(text(operator)).toMatch(/20 codes.*SPRING-…[\s\S]*10% off[\s\S]*50 bonus tokens/);
    expect(text(operator)).toMatch(/plan basic only[\s\S]*Uses in all: 100/);
    await confirmed(operator);
    expect(last()).toMatchObject({
      action: 'create_promo',
      params: {
        ...{ name: 'spring', code: 'SPRING', kind: 'percent', value: 1_000 },
        ...{ alsoBonusUtok: 50_000_000, budget: 100, count: 20, tariffId: expect.any(String) },
      },
      ...{ operator: { userId: operator.id }, reason: REASON },
    });
  });

  it.each([
    ['/promo_new SPRING 10% colour=red', 'colour=red'],
    ['/promo_new SPRING 100%', 'value'],
    ['/promo_new SPRING 0%', 'value'],
    ['/promo_new SPRING 150%', 'value'],
    ['/promo_new SPRING -5%', '-5%'],
    ['/promo_new SPRING 10% tariff=nothing', 'nothing'],
    ['/promo_new S 10%', 'code'],
  ])('T-D4 %s is refused, naming what is wrong', async (line, named) => {
    const operator = await newOperator(stage, ['admin']);
    await operator.write(line);
    expect(text(operator)).toContain(named);
    expect(buttonsOf(operator.shown())).toEqual([]);
  });

  it('does not exist for others', async () => {
    const operator = await newOperator(stage, ['support', 'finance']);
    for (const command of ['/promo_new A 10%', '/promo_list', '/promo_off A', '/tariffs_admin']) {
      await operator.write(command);
      expect(text(operator)).toContain('did not understand');
    }
  });
});

describe('/promo_list', () => {
  it('shows campaigns page by page, newest first, with uses, budget and switch', async () => {
    for (let made = 1; made <= 9; made += 1) {
      await newCode(stage.sql, { code: `LISTED-${made}`, budget: 10 * made });
    }
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/promo_list');
    expect(text(operator)).toMatch(/✅ LISTED-\d · 0\/\d+/);
    const first = text(operator);
    await operator.press('Older');
    expect(text(operator)).toMatch(/LISTED-\d/);
    expect(text(operator)).not.toBe(first);
    await operator.press('Newest');
    expect(text(operator)).toBe(first);
  });

  it('switches a campaign with a reason, and hands out its codes', async () => {
    const id = await newCode(stage.sql, { code: 'FILED-1', budget: 5 });
    await addCode(stage.sql, id, { code: 'FILED-2' });
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/promo_list');
    const data = `v1:adm:promo:${dataFor(operator, 'FILED-1')}`;
    await operator.press(data);
    expect(text(operator)).toMatch(
      /2 codes[\s\S]*Uses in all: 5[\s\S]*Used 0, in unpaid invoices 0/,
    );
    await operator.press('Codes as a file');
    expect(operator.shown().message.document?.file_name).toBe('codes.csv');
    await operator.write('/promo_list');
    await operator.press(data);
    await operator.press('Switch off');
    expect(text(operator)).toContain('Switch FILED-1 off');
    await confirmed(operator);
    expect(last()).toMatchObject({
      action: 'switch_promo',
      params: { what: 'campaign', id, isActive: false },
    });
  });
});

function dataFor(operator: Visitor, label: string): string {
  const found = buttonsOf(operator.shown()).find((one) => one.text === label);
  return found && 'callback_data' in found ? (found.callback_data.split(':')[3] ?? '') : '';
}

describe('/promo_off', () => {
  it('switches one code off with a reason', async () => {
    await newCode(stage.sql, { code: 'OFFNOW' });
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/promo_off offnow');
    await confirmed(operator);
    expect(last()).toMatchObject({
      action: 'switch_promo',
      params: { what: 'code', isActive: false },
      reason: REASON,
    });
  });

  it('knows when there is nothing to do', async () => {
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/promo_off');
    expect(text(operator)).toContain('/promo_off CODE');
    await operator.write('/promo_off NOBODY');
    expect(text(operator)).toContain('no such code');
    await newCode(stage.sql, { code: 'OFFBEFORE' });
    await stage.sql`update promo_codes set is_active = false where code = 'OFFBEFORE'`;
    await operator.write('/promo_off OFFBEFORE');
    expect(text(operator)).not.toContain('Type the reason');
  });
});

describe('/tariffs_admin', () => {
  it('shows every tariff with its state, and one with its terms', async () => {
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/tariffs_admin');
    expect(text(operator)).toMatch(/✅ basic · version 1 · ₽99/);
    expect(text(operator)).toMatch(/⛔️ trial-30-7/);
    expect(text(operator)).toMatch(/topup-main · version 1 · Top-up: ₽200 to ₽100,000/);
    await operator.press('basic');
    expect(text(operator)).toMatch(/Version 1, kind: pack[\s\S]*On sale[\s\S]*Tokens: 20/);
    await operator.press('All plans');
  });

  it('makes the next version from a line, with a reason', async () => {
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/tariffs_admin basic price=129RUB tokens=25');
    expect(text(operator)).toContain('basic: price=129RUB tokens=25');
    await confirmed(operator);
    expect(last()).toMatchObject({
      action: 'create_tariff_version',
      params: { changes: { prices: { RUB: 12_900 }, tokensUtok: 25_000_000 } },
      reason: REASON,
    });
  });

  it.each([
    ['/tariffs_admin basic colour=red', 'colour=red'],
    ['/tariffs_admin basic tokens=0', 'tokensUtok'],
    ['/tariffs_admin trial-30-7 price=1RUB', 'prices'],
    ['/tariffs_admin nothing price=1RUB', 'nothing'],
  ])('%s is refused, naming what is wrong', async (line, named) => {
    const operator = await newOperator(stage, ['admin']);
    await operator.write(line);
    expect(text(operator)).toContain(named);
  });

  it.each([
    ['Switch off', { isActive: false }],
    ['Hide', { isHidden: true }],
  ])('%s asks for a reason and switches', async (label, params) => {
    const operator = await newOperator(stage, ['admin']);
    await operator.write('/tariffs_admin standard');
    await operator.press(label);
    await confirmed(operator);
    expect(last()).toMatchObject({ action: 'switch_tariff', params, reason: REASON });
  });
});
