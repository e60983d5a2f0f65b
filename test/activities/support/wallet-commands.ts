import { v7 } from 'uuid';
import { clearing, moneyAccount, tokenAccount, wallet } from '../../../activities/billing/accounts';
import {
  captureHold,
  holdTokens,
  placeHold,
  releaseHold,
  type HoldCapture,
} from '../../../activities/billing/holds';
import { postTransfer, sweepExpired } from '../../../activities/billing/ledger';
import { spendTokens } from '../../../activities/billing/spending';
import type { Transaction } from '../../../drizzle/client';
import { payments } from '../../../drizzle/schema';
import * as model from '../../support/ledger/model';
import type { ModelWallet } from '../../support/ledger/model';
import { SETTINGS } from './books';
import type { Step } from './ledger-steps';
import { WORK } from './transfers';

const HOUR = 3_600_000;
/** Post-paid work stops here, so that lives reach it. */
const FLOOR = -30_000_000;
const PRIORITY = { pack: 50, promo: 20 };

/** Where a wallet stands when a step is to be taken. */
export interface Scene {
  readonly userId: number;
  readonly state: ModelWallet;
  readonly nowMs: number;
  /** Key of the step. */
  readonly key: string;
  /** Holds of the product by their names in the model; commands add to it. */
  readonly holdIds: Map<string, { holdId: string; purpose: 'work' | 'refund' | 'dispute' }>;
}

/** A step made ready: what to do, and what the model says it leads to. */
export interface Command {
  /** Throws or returns a refusal; a refused command that returns has committed. */
  readonly run: (tx: Transaction) => Promise<{ readonly kind?: string } | void>;
  readonly expected: ModelWallet;
  readonly isRefused?: boolean;
}

/** Undefined where the step makes no sense, such as the end of a hold when there is none. */
export function prepare(
  scene: Scene,
  step: Exclude<Step, { kind: 'wait' | 'repeat' }>,
): Command | undefined {
  switch (step.kind) {
    case 'buy':
      return buy(scene, step);
    case 'spend':
      return spend(scene, step);
    case 'hold':
      return hold(scene, step.amount);
    case 'refund':
    case 'dispute':
      return freeze(scene, step.kind, step.pick);
    case 'capture':
      return capture(scene, step);
    case 'release':
      return release(scene, step.pick);
    case 'expire':
      return expire(scene);
  }
}

function buy(scene: Scene, { amount, bonus, hours }: Extract<Step, { kind: 'buy' }>): Command {
  const { userId } = scene;
  const shared = { userId, asOf: new Date(scene.nowMs), key: scene.key };
  const paymentId = v7();
  const endsAtMs = hours === 0 ? undefined : scene.nowMs + hours * HOUR;
  const terms = endsAtMs === undefined ? {} : { expiresAt: new Date(endsAtMs) };
  const paidMinor = 1 + (amount % 977);
  const bought = model.credit(scene.state, { amount, endsAtMs, priority: PRIORITY.pack });
  return {
    expected:
      bonus === 0
        ? bought
        : model.credit(bought, { amount: bonus, endsAtMs, priority: PRIORITY.promo }),
    run: async (tx) => {
      await tx
        .insert(payments)
        .values({
          id: paymentId,
          provider: 'mock',
          providerPaymentId: shared.key,
          payerUserId: userId,
          amountMinor: paidMinor,
          currency: 'RUB',
          exponent: 2,
          state: 'paid',
          rank: 40,
        })
        .onConflictDoNothing();
      await postTransfer(tx, {
        ...shared,
        paymentId,
        kind: 'pack',
        legs: [
          { account: clearing('mock', 'RUB'), amount: -paidMinor },
          { account: moneyAccount('deferred', 'RUB'), amount: paidMinor },
          { account: tokenAccount('issuance'), amount: -amount },
          { account: wallet(userId), amount },
        ],
        lot: { origin: 'pack', paidMinor, ...terms },
      });
      if (bonus === 0) return;
      await postTransfer(tx, {
        ...shared,
        key: `${shared.key}:bonus`,
        kind: 'promo_bonus',
        legs: [
          { account: tokenAccount('promo'), amount: -bonus },
          { account: wallet(userId), amount: bonus },
        ],
        lot: { origin: 'promo', ...terms },
      });
    },
  };
}

function spend(scene: Scene, { amount, isPostPaid }: Extract<Step, { kind: 'spend' }>): Command {
  const swept = model.lapse(scene.state, scene.nowMs);
  const fits = Math.max(0, model.availableOf(swept) - FLOOR);
  const expected = isPostPaid
    ? model.debit(swept, Math.min(amount, fits), FLOOR)
    : model.debit(swept, amount, 0);
  const spending = {
    key: scene.key,
    userId: scene.userId,
    requestedUtok: amount,
    kind: isPostPaid ? ('track' as const) : ('spend' as const),
    description: 'a step of a life',
    meta: {},
    asOf: new Date(scene.nowMs),
    settings: SETTINGS,
    ...(isPostPaid ? { lowestUtok: FLOOR } : {}),
  };
  return {
    // A refusal commits, and with it what had expired.
    expected: expected ?? swept,
    isRefused: expected === undefined,
    run: (tx) => spendTokens(tx, spending),
  };
}

function hold(scene: Scene, amount: number): Command {
  const key = scene.key;
  const expected = model.hold(model.lapse(scene.state, scene.nowMs), key, amount);
  const { userId } = scene;
  const wish = { ...WORK, key, userId, amountUtok: amount, asOf: new Date(scene.nowMs) };
  return {
    expected: expected ?? scene.state,
    isRefused: expected === undefined,
    run: async (tx) => {
      const { holdId } = await holdTokens(tx, wish);
      scene.holdIds.set(key, { holdId, purpose: 'work' });
    },
  };
}

/** What is unspent of something bought, as its refund or a dispute about it freezes it. */
function freeze(scene: Scene, purpose: 'refund' | 'dispute', pick: number): Command | undefined {
  const lots = scene.state.lots.flatMap((lot, index) =>
    lot.priority === PRIORITY.pack && model.freeOf(lot) > 0 ? [{ lot, index }] : [],
  );
  const chosen = lots[pick % Math.max(1, lots.length)];
  if (!chosen) return undefined;
  const { userId } = scene;
  const amount = model.freeOf(chosen.lot);
  const wish = { ...WORK, key: scene.key, userId, asOf: new Date(scene.nowMs) };
  return {
    expected: model.holdShares(scene.state, wish.key, [{ lot: chosen.index, amount }]),
    run: async (tx) => {
      const lotId = await idOfLot(tx, scene.userId, chosen.index);
      const lots = [{ lotId, amountUtok: amount }];
      const { holdId } = await placeHold(tx, { ...wish, lots });
      scene.holdIds.set(wish.key, { holdId, purpose });
    },
  };
}

function capture(
  scene: Scene,
  { pick, percent }: Extract<Step, { kind: 'capture' }>,
): Command | undefined {
  const name = heldName(scene, pick);
  const known = name === undefined ? undefined : scene.holdIds.get(name);
  if (name === undefined || !known) return undefined;
  const shares = scene.state.holds[name] ?? [];
  const held = shares.reduce((total, share) => total + share.amount, 0);
  const amountUtok = Number((BigInt(held) * BigInt(percent)) / 100n);
  const terms = { name, amount: amountUtok, floor: FLOOR, nowMs: scene.nowMs };
  const expected = model.capture(scene.state, terms);
  const order: HoldCapture = {
    holdId: known.holdId,
    key: scene.key,
    ...ENDS[known.purpose],
    amountUtok,
    lowestUtok: FLOOR,
    asOf: new Date(scene.nowMs),
    meta: {},
  };
  return {
    expected: expected ?? scene.state,
    isRefused: expected === undefined,
    run: (tx) => captureHold(tx, order),
  };
}

function release(scene: Scene, pick: number): Command | undefined {
  const name = heldName(scene, pick);
  const known = name === undefined ? undefined : scene.holdIds.get(name);
  if (name === undefined || !known) return undefined;
  const order = { holdId: known.holdId, key: scene.key, asOf: new Date(scene.nowMs) };
  return {
    expected: model.release(scene.state, name, scene.nowMs),
    run: async (tx) => void (await releaseHold(tx, order)),
  };
}

function expire(scene: Scene): Command {
  const due = { userId: scene.userId, asOf: new Date(scene.nowMs) };
  return {
    expected: model.lapse(scene.state, scene.nowMs),
    run: async (tx) => void (await sweepExpired(tx, due)),
  };
}

function heldName(scene: Scene, pick: number): string | undefined {
  const names = Object.keys(scene.state.holds);
  return names[pick % Math.max(1, names.length)];
}

async function idOfLot(tx: Transaction, userId: number, index: number): Promise<string> {
  const account = await tx.query.accounts.findFirst({
    where: (row, { eq }) => eq(row.userId, userId),
  });
  const lots = await tx.query.lots.findMany({
    where: (row, { eq }) => eq(row.accountId, account?.id ?? ''),
    orderBy: (row, { asc }) => [asc(row.recordedAt), asc(row.id)],
  });
  return lots[index]?.id ?? '';
}

const MONEY_BACK = [
  { account: moneyAccount('deferred', 'RUB'), amount: -7 },
  { account: clearing('mock', 'RUB'), amount: 7 },
];

/** How the tokens of a hold go for good: to whoever worked, or back where they came from, with the money. */
const ENDS = {
  work: { kind: 'hold_capture', counter: tokenAccount('spend') },
  refund: { kind: 'refund', counter: tokenAccount('issuance'), alongside: MONEY_BACK },
  dispute: { kind: 'reversal', counter: tokenAccount('issuance'), alongside: MONEY_BACK },
} as const;
