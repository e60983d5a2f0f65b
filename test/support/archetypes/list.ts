import type { Life } from './life';
import type { Plan } from './plans';

/** What one kind of subscription is, and what its owner does while it lives. */
export interface Archetype {
  readonly name: string;
  /** A business instant far enough ahead of any real one: a customer's clock is never moved back. */
  readonly beginsAt: string;
  readonly zone?: string;
  readonly plan: Plan;
  /** Tokens in the wallet at the start, one a rouble. */
  readonly tokens: number;
  readonly driver?: 'wallet' | 'none';
  /** It begins with a trial of a week; the plan is what its owner chose to follow, if they did. */
  readonly trial?: 'converts' | 'expires';
  /** Days to live through; 400 unless that would be thousands of periods. */
  readonly days?: number;
  readonly acts?: readonly Act[];
}

/** Something done so many days after the beginning. */
export interface Act {
  readonly afterDays: number;
  readonly what: (life: Life) => Promise<unknown>;
}

const MONTHLY: Plan = { unit: 'month', roubles: 100 };
const MONTH_END = '2048-01-31T10:00:00.000Z';
const FIRST = '2048-03-01T10:00:00.000Z';

export const ARCHETYPES: readonly Archetype[] = [
  {
    ...{ name: 'monthly from the wallet, anchored on the 31st', beginsAt: MONTH_END },
    ...{ plan: MONTHLY, tokens: 5_000, zone: 'Europe/Berlin' },
  },
  {
    ...{ name: 'yearly from 29 February', beginsAt: '2048-02-29T21:30:00.000Z' },
    ...{ plan: { unit: 'year', roubles: 900 }, tokens: 1_000, zone: 'Europe/London' },
  },
  {
    ...{ name: 'weekly through both clock changes', beginsAt: '2048-02-05T09:00:00.000Z' },
    ...{ plan: { unit: 'week', roubles: 20 }, tokens: 5_000, zone: 'America/New_York' },
    acts: [{ afterDays: 0, what: (life) => life.mute() }],
  },
  {
    ...{ name: 'hourly for a day', beginsAt: FIRST, days: 1 },
    ...{ plan: { unit: 'hour', roubles: 1 }, tokens: 20 },
    acts: [{ afterDays: 0, what: (life) => life.mute() }],
  },
  {
    ...{ name: 'trial that converts', beginsAt: FIRST, trial: 'converts' },
    ...{ plan: MONTHLY, tokens: 250 },
  },
  { name: 'trial that expires', beginsAt: FIRST, trial: 'expires', plan: MONTHLY, tokens: 0 },
  {
    ...{ name: 'cancelled in its second month', beginsAt: FIRST, plan: MONTHLY, tokens: 5_000 },
    acts: [{ afterDays: 40, what: (life) => life.cancel() }],
  },
  {
    ...{
      name: 'paused for weeks and resumed early',
      beginsAt: FIRST,
      plan: MONTHLY,
      tokens: 5_000,
    },
    acts: [
      { afterDays: 10.5, what: (life) => life.pause(20) },
      { afterDays: 18.5, what: (life) => life.resume() },
      { afterDays: 200.5, what: (life) => life.pause(15) },
    ],
  },
  {
    ...{ name: 'dunning that recovers', beginsAt: FIRST, plan: MONTHLY, tokens: 100 },
    acts: [
      { afterDays: 63.5, what: (life) => life.credit(150) },
      { afterDays: 95.5, what: (life) => life.credit(60) },
    ],
  },
  { name: 'dunning that expires', beginsAt: FIRST, plan: MONTHLY, tokens: 0 },
  {
    ...{ name: 'smaller plan from the next period', beginsAt: FIRST, plan: MONTHLY, tokens: 400 },
    acts: [{ afterDays: 5, what: (life) => life.choose({ unit: 'month', roubles: 40 }) }],
  },
  {
    ...{ name: 'nobody renews it', beginsAt: FIRST, plan: MONTHLY, tokens: 500, driver: 'none' },
  },
];
