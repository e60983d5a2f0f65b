import fc from 'fast-check';
import {
  judgeChange,
  valueAfter,
  type ChangeJudgement,
  type RunningPlan,
  type ValuedPeriod,
} from '../../src/domain/billing/plan-change';

const DAY = 86_400_000;
const period = (change: Partial<ValuedPeriod> = {}): ValuedPeriod => ({
  n: 0,
  startsMs: 0,
  endsMs: 30 * DAY,
  valuedFromMs: 0,
  valueMinor: 30_000,
  planTokensUtok: 300,
  ...change,
});
const running = (change: Partial<RunningPlan> = {}): RunningPlan => ({
  subscriptionId: 's1',
  tariffVersionId: 'old',
  periodUnit: 'month',
  periodCount: 1,
  priceMinor: 30_000,
  periods: [period()],
  ...change,
});
const wished = {
  tariffVersionId: 'new',
  periodUnit: 'month',
  periodCount: 1,
  priceMinor: 60_000,
  tokensUtok: 900,
} as const;

function upgrade(judged: ChangeJudgement): Extract<ChangeJudgement, { kind: 'upgrade' }> {
  if (judged.kind !== 'upgrade') throw new Error(`it is ${judged.kind}`);
  return judged;
}

describe('an upgrade', () => {
  it.each([
    {
      name: 'at the very beginning costs the whole difference',
      atDays: 0,
      list: 60_000,
      credit: 30_000,
      tokens: 600,
    },
    { name: 'half-way costs half of it', atDays: 15, list: 30_000, credit: 15_000, tokens: 300 },
    {
      name: 'on the last day costs a thirtieth',
      atDays: 29,
      list: 2_000,
      credit: 1_000,
      tokens: 20,
    },
  ])('$name', ({ atDays, list, credit, tokens }) => {
    const { change } = upgrade(judgeChange(running(), wished, atDays * DAY));
    expect(change).toEqual({
      subscriptionId: 's1',
      listMinor: list,
      creditMinor: credit,
      tokensUtok: tokens,
    });
  });

  it('counts periods that are paid ahead whole', () => {
    const periods = [
      period(),
      period({ n: 1, startsMs: 30 * DAY, endsMs: 60 * DAY, valuedFromMs: 30 * DAY }),
    ];
    const { change } = upgrade(judgeChange(running({ periods }), wished, 15 * DAY));
    expect(change).toMatchObject({ listMinor: 90_000, creditMinor: 45_000, tokensUtok: 900 });
  });

  it('rounds half-up to the minor unit, and tokens down', () => {
    const plan = { ...wished, priceMinor: 30_001, tokensUtok: 301 };
    const { change } = upgrade(judgeChange(running(), plan, 15 * DAY));
    expect(change).toMatchObject({ listMinor: 15_001, tokensUtok: 0 });
  });

  it('credits what was really paid, not the list price', () => {
    const periods = [period({ valueMinor: 10_000 })];
    const { change } = upgrade(judgeChange(running({ periods }), wished, 15 * DAY));
    expect(change.creditMinor).toBe(5_000);
  });

  it('gives no tokens when the dearer plan has fewer', () => {
    const { change } = upgrade(judgeChange(running(), { ...wished, tokensUtok: 100 }, 0));
    expect(change.tokensUtok).toBe(0);
  });
});

describe('no upgrade', () => {
  it.each([
    ['to the plan that runs', running({ tariffVersionId: 'new' }), wished, 'impossible'],
    [
      'without a price in this currency',
      running(),
      { ...wished, priceMinor: undefined },
      'impossible',
    ],
    ['to tokens without a period', running(), { ...wished, periodUnit: null }, 'impossible'],
    ['after the last period', running({ periods: [] }), wished, 'impossible'],
    ['to a cheaper plan', running(), { ...wished, priceMinor: 29_999 }, 'at_end'],
    ['to an equal price', running(), { ...wished, priceMinor: 30_000 }, 'at_end'],
    ['to a plan of another length', running(), { ...wished, periodUnit: 'year' }, 'at_end'],
    [
      'from a plan without a price in this currency',
      running({ priceMinor: undefined }),
      wished,
      'at_end',
    ],
  ] as const)('%s', (_name, plan, wish, kind) => {
    expect(judgeChange(plan, wish, 0).kind).toBe(kind);
  });
});

test('climbing any ladder of plans never gives more tokens than the time under each plan is worth', () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: DAY }),
    priceMore: fc.integer({ min: 1, max: 50_000 }),
    tokensMore: fc.integer({ min: -1_000, max: 5_000_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 100 }), (steps) => {
      let plan = running();
      let nowMs = 0;
      let granted = 300;
      let worth = 0;
      let tokens = 300;
      let sinceMs = 0;
      for (const { afterMs, priceMore, tokensMore } of steps) {
        nowMs = Math.min(nowMs + afterMs, 30 * DAY - 1);
        const next = {
          ...wished,
          tariffVersionId: `${plan.tariffVersionId}+`,
          priceMinor: (plan.priceMinor ?? 0) + priceMore,
          tokensUtok: Math.max(0, tokens + tokensMore),
        };
        const { change, shares } = upgrade(judgeChange(plan, next, nowMs));
        expect(change.creditMinor).toBeLessThanOrEqual(change.listMinor + 1);
        granted += change.tokensUtok;
        worth += (tokens * (nowMs - sinceMs)) / (30 * DAY);
        const paid = { ...change, payMinor: Math.max(0, change.listMinor - change.creditMinor) };
        const periods = plan.periods.map((one, index) => {
          const share = shares[index];
          if (!share) throw new Error('each period has a share');
          return {
            ...one,
            valueMinor: valueAfter(share, paid),
            valuedFromMs: share.fromMs,
            planTokensUtok: Math.max(next.tokensUtok, one.planTokensUtok),
          };
        });
        tokens = Math.max(next.tokensUtok, tokens);
        plan = { ...plan, ...next, periods, priceMinor: next.priceMinor };
        sinceMs = nowMs;
      }
      worth += (tokens * (30 * DAY - sinceMs)) / (30 * DAY);
      expect(granted).toBeLessThanOrEqual(worth + 1e-3);
    }),
    { numRuns: 300 },
  );
});
