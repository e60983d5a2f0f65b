import { exponentOf, money } from '../../domain/money';
import type { Money } from '../../domain/money';

/** What Stripe sells in, as far as our books know the currency. */
export const STRIPE_CURRENCIES: readonly string[] = ['USD', 'EUR', 'RUB', 'JPY', 'KWD'];

/** Why an amount cannot be asked for exactly, or nothing. Stripe rounds the third decimal, and we round nothing. */
export function unpayable({ minor, currency, exponent }: Money): string | undefined {
  if (!STRIPE_CURRENCIES.includes(currency)) return `Stripe is not used for ${currency} here`;
  if (minor <= 0) return 'there is nothing to pay';
  const isRounded = exponent === 3 && minor % 10 !== 0;
  return isRounded ? `Stripe takes ${currency} with two decimals only` : undefined;
}

/** Stripe counts in the smallest unit of a currency, as we do: yen are whole, dinars have three decimals. */
export function amountOf(minor: number, code: string): Money | undefined {
  const currency = code.toUpperCase();
  return exponentOf(currency) === undefined ? undefined : money(minor, currency);
}
