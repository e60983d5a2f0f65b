import type { Scope } from './api-scopes';
import type { NewCampaign } from './campaigns';
import type { PeriodUnit } from './pricing';
import type { RefundPolicy } from './refund';
import type { Audience } from '../broadcast';

/** What a person may do besides using the bot for themselves (specification section 3). */
export const ROLES = ['support', 'finance', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/**
 * What each audited admin action is told; JSON values only, because it travels through a workflow and, when others
 * have to agree, waits in a row. Tokens are micro-tokens, instants ISO 8601.
 */
export interface ActionParams {
  readonly grant_tokens: {
    readonly userId: number;
    readonly amountUtok: number;
    /** A present of ours, or the correction of a mistake. */
    readonly origin: 'grant' | 'adjustment';
    readonly expiresAt?: string | undefined;
  };
  readonly take_tokens: { readonly userId: number; readonly amountUtok: number };
  readonly write_off_debt: { readonly userId: number; readonly amountUtok: number };
  /** `refundMinor` is what was shown; it is what others judge it by. */
  readonly refund: {
    readonly paymentId: string;
    readonly refundMinor: number;
    readonly policy?: RefundPolicy | undefined;
  };
  readonly grant_role: { readonly userId: number; readonly role: Role };
  readonly revoke_role: { readonly userId: number; readonly role: Role };
  readonly create_promo: NewCampaign;
  readonly switch_promo: {
    readonly what: 'code' | 'campaign';
    readonly id: string;
    readonly isActive: boolean;
  };
  readonly create_tariff_version: {
    readonly tariffId: string;
    /** What differs from the newest version; prices by currency, in minor units. */
    readonly changes: {
      readonly tokensUtok?: number | undefined;
      readonly feeUtok?: number | undefined;
      readonly periodUnit?: PeriodUnit | undefined;
      readonly periodCount?: number | undefined;
      readonly minAmountMinor?: number | undefined;
      readonly maxAmountMinor?: number | undefined;
      readonly prices?: Readonly<Record<string, number>> | undefined;
    };
  };
  readonly switch_tariff: {
    readonly tariffId: string;
    readonly isActive?: boolean | undefined;
    readonly isHidden?: boolean | undefined;
  };
  /** Offers the newest version of a tariff, named by its number, to those who have an older one (SB-23). */
  readonly offer_prices: {
    readonly priceChangeId: string;
    readonly tariffId: string;
    readonly version: number;
  };
  readonly block_user: { readonly userId: number };
  readonly unblock_user: { readonly userId: number };
  /** `amountMinor` is what was shown, zero for an item without an amount; it is what others judge it by. */
  readonly write_off_item: { readonly openItemId: string; readonly amountMinor: number };
  readonly resend_message: { readonly messageId: string };
  readonly release_hold: { readonly holdId: string };
  /** People whose data leaves in a table. */
  readonly export_people: { readonly rows: number };
  /** A live setting by the name of its environment variable. */
  readonly change_setting: { readonly key: string; readonly value: string | number | boolean };
  /** Whatever of track, client and tariff is left out is meant for everybody; `multiplier` is decimal text. */
  readonly set_multiplier: {
    readonly track?: string | undefined;
    readonly client?: string | undefined;
    readonly tariff?: string | undefined;
    readonly multiplier: string;
    readonly from?: string | undefined;
  };
  /** Decimal text in rubles. */
  readonly set_cost_rate: {
    readonly currency: string;
    readonly rubPerUnit: string;
    readonly from?: string | undefined;
  };
  /** Of a key only its readable beginning and its hash (hexadecimal) travel: the key itself is shown and forgotten. */
  readonly issue_api_key: {
    readonly client: string;
    readonly scopes: readonly Scope[];
    readonly prefix: string;
    readonly hash: string;
  };
  readonly rotate_api_key: {
    /** Beginning of the key that ends when the overlap is over. */
    readonly replaces: string;
    readonly overlapHours: number;
    readonly prefix: string;
    readonly hash: string;
  };
  readonly revoke_api_key: { readonly prefix: string };
  /** Texts are Telegram HTML, as it was shown to whoever wrote it. */
  readonly start_broadcast: {
    readonly broadcastId: string;
    readonly audience: Audience;
    readonly textRu: string;
    readonly textEn: string;
  };
}

export type ActionName = keyof ActionParams;

/** Shortest reason that a colleague could understand next year (OPS-3). */
export const SHORTEST_REASON = 10;

/** What a kopeck of tokens is, for limits that are given in money (P-4). */
const UTOK_PER_KOPECK = 10_000;

/** Tokens in minor units of the rouble, rounded up: a limit must not be slipped under by a fraction. */
export function amountMinorOf(utok: number): number {
  return Math.ceil(utok / UTOK_PER_KOPECK);
}

/** How many others must agree to what moves so much (OPS-12). */
export function quorumOf(amountMinor: number, largeMinor: number): number {
  return amountMinor > largeMinor ? 2 : 1;
}
