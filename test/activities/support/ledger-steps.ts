import fc from 'fast-check';

/** Where a step is cut off the first time, before it is tried again with the same key. */
export interface Cut {
  /** After how many statements. */
  readonly after: number;
  /** An error of ours, or PostgreSQL closing the connection. */
  readonly by: 'error' | 'kill';
}

/** What a person, a service, a bank or time may do to a wallet; amounts in micro-tokens, `pick` chooses among what is there. */
export type Step =
  | {
      readonly kind: 'buy';
      readonly amount: number;
      readonly bonus: number;
      readonly hours: number;
    }
  /** Prepaid, or post-paid down to the floor. */
  | { readonly kind: 'spend'; readonly amount: number; readonly isPostPaid: boolean }
  | { readonly kind: 'hold'; readonly amount: number }
  /** Freezes what is unspent of something bought. */
  | { readonly kind: 'refund'; readonly pick: number }
  | { readonly kind: 'dispute'; readonly pick: number }
  /** Ends a hold of any purpose with so much of it; more than all makes debt. */
  | { readonly kind: 'capture'; readonly pick: number; readonly percent: number }
  | { readonly kind: 'release'; readonly pick: number }
  | { readonly kind: 'wait'; readonly hours: number }
  | { readonly kind: 'expire' }
  | { readonly kind: 'repeat'; readonly pick: number };

export type CutStep = Step & { readonly cut?: Cut | undefined };

const amount = fc.oneof(
  fc.integer({ min: 1, max: 40_000_000 }),
  fc.constantFrom(1, 10_000, 1_000_000, 10_000_000),
);
const pick = fc.nat({ max: 7 });
const hours = fc.integer({ min: 1, max: 72 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('buy' as const),
      amount,
      bonus: fc.oneof(fc.constant(0), amount),
      // Zero: it never ends.
      hours: fc.oneof(fc.constant(0), hours),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('spend' as const),
      amount: fc.oneof(amount, fc.constant(0)),
      isPostPaid: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('hold' as const), amount }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('refund' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('dispute' as const), pick }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('capture' as const),
      pick,
      percent: fc.constantFrom(0, 30, 50, 100, 100, 130),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('release' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const), pick }) },
);

const cut: fc.Arbitrary<Cut> = fc.record({
  after: fc.integer({ min: 1, max: 14 }),
  by: fc.constantFrom('error' as const, 'error' as const, 'error' as const, 'kill' as const),
});

/** One life of a wallet. */
export const life: fc.Arbitrary<CutStep[]> = fc.array(
  fc
    .tuple(step, fc.option(cut, { nil: undefined, freq: 4 }))
    .map(([done, where]): CutStep => ({ ...done, cut: where })),
  { minLength: 1, maxLength: 40, size: 'max' },
);
