/** Asset code of tokens; every other asset is a currency. */
export const TOKENS = 'TOK';

/** A place of one asset. Wallets belong to a person; all other accounts are the system's. */
export interface AccountRef {
  readonly code: string;
  readonly asset: string;
  readonly userId?: number;
}

export function wallet(userId: number): AccountRef {
  return { code: `wallet:${userId}:${TOKENS}`, asset: TOKENS, userId };
}

/** A token account of the system, such as `issuance` or `fees`. */
export function tokenAccount(
  name: 'issuance' | 'fees' | 'spend' | 'breakage' | 'writeoff' | 'promo' | 'gifts',
): AccountRef {
  return { code: `sys:${name}:${TOKENS}`, asset: TOKENS };
}

/** A money account of the system in one currency. */
export function moneyAccount(
  name: 'deferred' | 'suspense' | 'refunds' | 'disputes' | 'provider_fees',
  currency: string,
): AccountRef {
  return { code: `sys:${name}:${currency}`, asset: currency };
}

/** Money a provider holds for us. */
export function clearing(provider: string, currency: string): AccountRef {
  return { code: `clearing:${provider}:${currency}`, asset: currency };
}
