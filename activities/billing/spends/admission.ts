import { assert } from '../../../src/domain/assert';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { Spender, SpendWish, SpendWorld } from '../../../src/domain/billing/spend-batch';
import { tokens } from '../../../src/domain/tokens';
import type { SpendRequest } from '../../../workflows/billing/token-spend/contract';
import { newIds, type ChargedSpend, type SpendToBook } from './booking';
import { limitsAt, type LimitSubject, type OpenLimit } from './limits';
import type { LimitFill } from './notices';
import type { Standing } from './people';
import { lowestUtok, type OpenWallet } from './wallets';

/** A spend with where its person stands and the instant of the person's own clock. */
export interface ArrivedSpend {
  readonly spend: SpendRequest;
  /** Undefined for somebody unknown. */
  readonly standing: Standing | undefined;
  readonly asOf: Date;
}

/** What new spends are decided against, all of it locked. */
export interface Admission {
  readonly fresh: readonly ArrivedSpend[];
  readonly wallets: ReadonlyMap<number, OpenWallet>;
  readonly limits: readonly OpenLimit[];
  readonly settings: BillingSettings;
}

/** The person's own limits on their calendar; those of a key and of its client on ours. */
export function subjectsOf({ spend, standing, asOf }: ArrivedSpend): readonly LimitSubject[] {
  if (!standing) return [];
  const { userId, clientId, keyId } = spend;
  const zone = standing.timeZone;
  const ours = { zone: 'UTC', asOf: new Date(spend.asOf) };
  return [
    { scope: 'user', scopeId: String(userId), zone, asOf },
    { scope: 'client', scopeId: clientId, ...ours },
    ...(keyId === undefined ? [] : [{ scope: 'key', scopeId: keyId, ...ours } as const]),
  ];
}

/** Whose limits a spend may fill, whether or not its person is known. */
export function scopesOf({ userId, clientId, keyId }: SpendRequest) {
  return [
    { scope: 'user', scopeId: String(userId) } as const,
    { scope: 'client', scopeId: clientId } as const,
    ...(keyId === undefined ? [] : [{ scope: 'key', scopeId: keyId } as const]),
  ];
}

/** The spends as the rules see them, in their order. */
export function wishesOf({ fresh, limits }: Admission): SpendWish[] {
  return fresh.map((arrived) => ({
    key: arrived.spend.key,
    userId: arrived.spend.userId,
    amountUtok: arrived.spend.amountUtok,
    isPostPaid: arrived.spend.isPostPaid ?? false,
    limitIds: limitsAt(limits, subjectsOf(arrived)).map(({ limitId }) => limitId),
  }));
}

/** Wallets, limits and the settings that decide. */
export function worldOf({ fresh, wallets, limits, settings }: Admission): SpendWorld {
  const refusals = new Map(fresh.map(({ spend, standing }) => [spend.userId, standing?.refusal]));
  return {
    spenders: new Map(
      [...wallets.values()].map((wallet): [number, Spender] => [
        wallet.userId,
        { ...wallet, refusal: refusals.get(wallet.userId) },
      ]),
    ),
    limits: new Map(limits.map((limit) => [limit.limitId, limit])),
    floorUtok: lowestUtok(settings),
    leastToStartUtok: tokens(settings.trackMinStartTokens),
    mostUtok: tokens(settings.spendMaxTokens),
  };
}

/** A decided spend with what its charge remembers: the request's name and the answer, for a repeat in years (API-5). */
export function toBook(
  { fresh, wallets }: Admission,
  decision: ChargedSpend,
  index: number,
): SpendToBook {
  const arrived = fresh[index];
  const wallet = wallets.get(decision.wish.userId);
  assert(arrived && wallet, `spend ${decision.wish.key} was asked for`);
  const { spend, asOf } = arrived;
  const { balanceBeforeUtok, balanceAfterUtok, availableAfterUtok, takes } = decision;
  return {
    decision,
    ids: newIds(decision),
    wallet,
    kind: spend.kind,
    clientId: spend.clientId,
    keyId: spend.keyId ?? null,
    track: spend.track ?? null,
    description: spend.description,
    meta: {
      ...(spend.metadata === undefined ? {} : { metadata: spend.metadata }),
      ...(spend.name === undefined ? {} : { name: spend.name }),
      answer: { balanceBeforeUtok, balanceAfterUtok, availableAfterUtok, lots: takes },
    },
    asOf,
  };
}

/** What the charged spends took of each limit, in their order. */
export function fillsOf(
  { limits }: Admission,
  charged: readonly SpendToBook[],
): readonly LimitFill[] {
  const byId = new Map(limits.map((limit) => [limit.limitId, limit]));
  return charged.flatMap(({ decision, asOf }) =>
    decision.wish.limitIds.flatMap((limitId) => {
      const limit = byId.get(limitId);
      const { chargedUtok: byUtok } = decision;
      const { isPostPaid } = decision.wish;
      return limit && byUtok > 0 ? [{ limit, byUtok, isPostPaid, asOf }] : [];
    }),
  );
}
