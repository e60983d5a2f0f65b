import type { Database } from '../../drizzle/client';
import { analyticsReads } from './analytics/reads';
import { accountReads } from './accounts';
import { chargeReads } from './charges';
import { autoTopupReads } from './auto-topup';
import { refundReads } from './refunds';
import { apiReads } from './api';
import { approvalReads } from './approvals/proposals';
import { createAdminReads } from './admin/reads';
import type { Secrets } from '../domain/secrets';
import type { BillingReads } from './billing';
import { catalogue, ratesAt, tariff, tariffBySlug, topupTariff } from './cards';
import { entryFacts, latestDebits } from './explanations';
import { giftReads } from './gifts';
import { holdReads } from './holds';
import { history, historyPage } from './history';
import { invoice, invoiceIdByNo, invoicesOf, invoiceTrace, preCheckout, quote } from './orders';
import { priceOfferReads } from './price-offers';
import { methodReads } from './methods';
import { privacyReads } from './privacy';
import { referralReads } from './referrals';
import { receipt } from './receipts';
import { subscriptionReads } from './subscriptions';
import { wallet } from './wallets';

/** The screens' view of the database, best over a read-only pool; each member is one query. */
export function createReads(db: Database, secrets: Secrets): BillingReads {
  return {
    ...analyticsReads(db),
    ...apiReads(db),
    ...accountReads(db),
    ...chargeReads(db),
    ...autoTopupReads(db),
    ...refundReads(db),
    ...giftReads(db, secrets),
    ...holdReads(db),
    ...referralReads(db, secrets),
    ...subscriptionReads(db),
    ...approvalReads(db),
    ...priceOfferReads(db),
    ...methodReads(db),
    ...privacyReads(db),
    ...createAdminReads(db),
    catalogue: (asOf) => catalogue(db, asOf),
    tariff: (tariffId, asOf) => tariff(db, tariffId, asOf),
    tariffBySlug: (slug, asOf) => tariffBySlug(db, slug, asOf),
    topupTariff: (asOf) => topupTariff(db, asOf),
    topupRates: (asOf) => ratesAt(db, asOf),
    wallet: (userId, asOf) => wallet(db, userId, asOf),
    quote: (quoteId) => quote(db, quoteId),
    invoice: (invoiceId) => invoice(db, invoiceId),
    invoiceIdByNo: (no) => invoiceIdByNo(db, no),
    invoiceTrace: (order) => invoiceTrace(db, order),
    invoices: (userId) => invoicesOf(db, userId),
    history: (userId, cursor) => history(db, userId, cursor),
    historyPage: (page) => historyPage(db, page),
    entryFacts: (question) => entryFacts(db, question),
    latestDebits: (userId) => latestDebits(db, userId),
    receipt: (receiptId) => receipt(db, receiptId),
    preCheckout: (question) => preCheckout(db, question),
  };
}
