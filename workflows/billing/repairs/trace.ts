/** What a repair changed, as the audit keeps it (OPS-3). */
export interface Trace {
  readonly before: object;
  readonly after: object;
}

/**
 * A repair that only has something looked at or tried before its time. What comes of that is audited by whatever does
 * it; this says that the operator themselves moved nothing else. The planned instant is absent where none was set.
 */
export function onlyEarlier(plannedAt: string | undefined, asOf: string): Trace {
  return {
    before: { nextAt: plannedAt ?? null },
    after: { nextAt: asOf, changed: 'only when it is done, nothing else' },
  };
}
