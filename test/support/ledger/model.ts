// What a wallet is, said a second time in the plainest words and without a line of the product: the tests let both
// live through the same steps and compare. Debt is kept here, not derived, and nothing is ever changed in place.

export interface ModelLot {
  readonly priority: number;
  /** Milliseconds since 1970; undefined for a lot that never ends. */
  readonly endsAtMs: number | undefined;
  readonly original: number;
  readonly remaining: number;
  readonly held: number;
}

export interface ModelShare {
  /** Index of the lot by age. */
  readonly lot: number;
  readonly amount: number;
}

export interface ModelWallet {
  /** By age: the oldest first. */
  readonly lots: readonly ModelLot[];
  readonly debt: number;
  /** Holds that have not ended, by name. */
  readonly holds: Readonly<Record<string, readonly ModelShare[]>>;
}

export const EMPTY_WALLET: ModelWallet = { lots: [], debt: 0, holds: {} };

export function balanceOf(wallet: ModelWallet): number {
  return sum(wallet.lots.map((lot) => lot.remaining)) - wallet.debt;
}

export function heldOf(wallet: ModelWallet): number {
  return sum(wallet.lots.map((lot) => lot.held));
}

export function availableOf(wallet: ModelWallet): number {
  return balanceOf(wallet) - heldOf(wallet);
}

/** A credit pays what is owed first; the rest fills a lot of its own. */
export function credit(
  wallet: ModelWallet,
  given: { amount: number; priority: number; endsAtMs: number | undefined },
): ModelWallet {
  const repaid = Math.min(given.amount, wallet.debt);
  const { priority, endsAtMs, amount } = given;
  const lot = { priority, endsAtMs, original: amount, remaining: amount - repaid, held: 0 };
  return { ...wallet, lots: [...wallet.lots, lot], debt: wallet.debt - repaid };
}

/** What nobody holds of a lot is gone when its time is over. */
export function lapse(wallet: ModelWallet, nowMs: number): ModelWallet {
  const lots = wallet.lots.map((lot) =>
    isOver(lot, nowMs) ? { ...lot, remaining: lot.held } : lot,
  );
  return { ...wallet, lots };
}

/** Undefined when it would leave less than the floor. */
export function debit(wallet: ModelWallet, amount: number, floor: number): ModelWallet | undefined {
  if (amount === 0) return wallet;
  if (availableOf(wallet) - amount < floor) return undefined;
  const shares = choose(wallet, amount);
  const owed = amount - sum(shares.map((share) => share.amount));
  return { ...burn(wallet, shares), debt: wallet.debt + owed };
}

/** Undefined when less is available. */
export function hold(wallet: ModelWallet, name: string, amount: number): ModelWallet | undefined {
  return availableOf(wallet) < amount
    ? undefined
    : holdShares(wallet, name, choose(wallet, amount));
}

export function holdShares(
  wallet: ModelWallet,
  name: string,
  shares: readonly ModelShare[],
): ModelWallet {
  const lots = change(wallet.lots, shares, (lot, amount) => ({ ...lot, held: lot.held + amount }));
  return { ...wallet, lots, holds: { ...wallet.holds, [name]: shares } };
}

/** Tokens return to their lots; those of lots that are over lapse, the others pay what is owed first. */
export function release(wallet: ModelWallet, name: string, nowMs: number): ModelWallet {
  return freeShares(forget(wallet, name), wallet.holds[name] ?? [], nowMs);
}

/** Burns what is held up to the amount and frees the rest; more than is held is an ordinary debit. */
export function capture(
  wallet: ModelWallet,
  captured: { name: string; amount: number; floor: number; nowMs: number },
): ModelWallet | undefined {
  const { name, amount, floor, nowMs } = captured;
  const shares = inOrder(wallet.lots, wallet.holds[name] ?? []);
  const taken = take(shares, amount);
  const rest = shares
    .map((share, index) => ({ ...share, amount: share.amount - (taken[index]?.amount ?? 0) }))
    .filter((share) => share.amount > 0);
  const swept = amount > 0 ? lapse(wallet, nowMs) : wallet;
  const extra = amount - sum(taken.map((share) => share.amount));
  const burnt = burn(unhold(forget(swept, name), taken), taken);
  const paid = debit(burnt, extra, floor);
  return paid && freeShares(paid, rest, nowMs);
}

/** What of a lot nobody holds. */
export function freeOf(lot: ModelLot): number {
  return lot.remaining - lot.held;
}

function freeShares(
  wallet: ModelWallet,
  shares: readonly ModelShare[],
  nowMs: number,
): ModelWallet {
  const freed = unhold(wallet, shares);
  const over = shares.filter(({ lot }) => isOver(freed.lots[lot], nowMs));
  const kept = inOrder(freed.lots, shares).filter((share) => !over.includes(share));
  const paying = take(kept, wallet.debt);
  const repaid = sum(paying.map((share) => share.amount));
  return { ...burn(burn(freed, over), paying), debt: wallet.debt - repaid };
}

function choose(wallet: ModelWallet, amount: number): readonly ModelShare[] {
  const free = wallet.lots.map((lot, index) => ({ lot: index, amount: freeOf(lot) }));
  return take(inOrder(wallet.lots, free), amount).filter((share) => share.amount > 0);
}

/** As much of each share, one after another, as makes up the amount; less when they have less. */
function take(shares: readonly ModelShare[], amount: number): readonly ModelShare[] {
  let missing = amount;
  return shares.map((share) => {
    const taken = Math.min(missing, share.amount);
    missing -= taken;
    return { ...share, amount: taken };
  });
}

/** Lower priority first, then the sooner end, then the older. */
function inOrder(lots: readonly ModelLot[], shares: readonly ModelShare[]): readonly ModelShare[] {
  const rank = ({ lot }: ModelShare): readonly number[] => [
    lots[lot]?.priority ?? 0,
    lots[lot]?.endsAtMs ?? Number.MAX_SAFE_INTEGER,
    lot,
  ];
  return [...shares].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const differing = left.findIndex((value, index) => value !== right[index]);
    return differing < 0 ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0);
  });
}

function burn(wallet: ModelWallet, shares: readonly ModelShare[]): ModelWallet {
  const lots = change(wallet.lots, shares, (lot, amount) => ({
    ...lot,
    remaining: lot.remaining - amount,
  }));
  return { ...wallet, lots };
}

function unhold(wallet: ModelWallet, shares: readonly ModelShare[]): ModelWallet {
  const lots = change(wallet.lots, shares, (lot, amount) => ({ ...lot, held: lot.held - amount }));
  return { ...wallet, lots };
}

function forget(wallet: ModelWallet, name: string): ModelWallet {
  const holds = Object.entries(wallet.holds).filter(([known]) => known !== name);
  return { ...wallet, holds: Object.fromEntries(holds) };
}

function change(
  lots: readonly ModelLot[],
  shares: readonly ModelShare[],
  changed: (lot: ModelLot, amount: number) => ModelLot,
): readonly ModelLot[] {
  return shares.reduce<readonly ModelLot[]>(
    (all, share) =>
      all.map((lot, index) => (index === share.lot ? changed(lot, share.amount) : lot)),
    lots,
  );
}

function isOver(lot: ModelLot | undefined, nowMs: number): boolean {
  return lot?.endsAtMs !== undefined && lot.endsAtMs <= nowMs;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
