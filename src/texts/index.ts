import type { Locale } from '../domain/messages';
import { adminEn } from './admin/en';
import { adminRu } from './admin/ru';
import { approvalsEn } from './approvals/en';
import { approvalsRu } from './approvals/ru';
import { autoTopupEn } from './auto-topup/en';
import { autoTopupRu } from './auto-topup/ru';
import { billingEn } from './billing/en';
import { billingRu } from './billing/ru';
import { clockEn } from './clock/en';
import { clockRu } from './clock/ru';
import { costsEn } from './costs/en';
import { costsRu } from './costs/ru';
import { deskEn } from './desk/en';
import { deskRu } from './desk/ru';
import { generalEn } from './general/en';
import { generalRu } from './general/ru';
import { growthEn } from './growth/en';
import { growthRu } from './growth/ru';
import { limitsEn } from './limits/en';
import { limitsRu } from './limits/ru';
import { methodsEn } from './methods/en';
import { methodsRu } from './methods/ru';
import { keysEn } from './keys/en';
import { keysRu } from './keys/ru';
import { noticesEn } from './notices/en';
import { noticesRu } from './notices/ru';
import { offersEn } from './offers/en';
import { offersRu } from './offers/ru';
import { opsEn } from './ops/en';
import { opsRu } from './ops/ru';
import { plansEn } from './plans/en';
import { plansRu } from './plans/ru';
import { pricesEn } from './prices/en';
import { pricesRu } from './prices/ru';
import { privacyEn } from './privacy/en';
import { privacyRu } from './privacy/ru';
import { receiptsEn } from './receipts/en';
import { receiptsRu } from './receipts/ru';
import { promoEn } from './promo/en';
import { promoRu } from './promo/ru';
import { refundsEn } from './refunds/en';
import { refundsRu } from './refunds/ru';
import { subscriptionCardEn } from './subscription-card/en';
import { subscriptionCardRu } from './subscription-card/ru';
import { subscriptionEn } from './subscription/en';
import { subscriptionRu } from './subscription/ru';
import { whyEn } from './why/en';
import { whyRu } from './why/ru';

const RU = {
  ...adminRu,
  ...approvalsRu,
  ...autoTopupRu,
  ...billingRu,
  ...clockRu,
  ...costsRu,
  ...deskRu,
  ...generalRu,
  ...growthRu,
  ...limitsRu,
  ...keysRu,
  ...methodsRu,
  ...noticesRu,
  ...offersRu,
  ...opsRu,
  ...plansRu,
  ...pricesRu,
  ...privacyRu,
  ...receiptsRu,
  ...promoRu,
  ...refundsRu,
  ...subscriptionCardRu,
  ...subscriptionRu,
  ...whyRu,
};

/** The name of a sentence. Russian defines the names; a sentence missing in English does not compile (BOT-7). */
export type TextKey = keyof typeof RU;

const EN: Readonly<Record<TextKey, string>> = {
  ...adminEn,
  ...approvalsEn,
  ...autoTopupEn,
  ...billingEn,
  ...clockEn,
  ...costsEn,
  ...deskEn,
  ...generalEn,
  ...growthEn,
  ...limitsEn,
  ...keysEn,
  ...methodsEn,
  ...noticesEn,
  ...offersEn,
  ...opsEn,
  ...plansEn,
  ...pricesEn,
  ...privacyEn,
  ...receiptsEn,
  ...promoEn,
  ...refundsEn,
  ...subscriptionCardEn,
  ...subscriptionEn,
  ...whyEn,
};

/** Every sentence a person sees, as ICU MessageFormat; only the bot's wording turns it into text. */
export const TEXTS: Readonly<Record<Locale, Readonly<Record<TextKey, string>>>> = {
  ru: RU,
  en: EN,
};
