import { and, desc, eq } from 'drizzle-orm';
import { carriedCodeHash, giftCode } from '../../drizzle/carried-codes';
import type { Database } from '../../drizzle/client';
import { gifts, quotes, tariffVersions } from '../../drizzle/schema';
import type { PeriodUnit } from '../domain/billing/pricing';
import type { Secrets } from '../domain/secrets';
import { isVisible } from './visibility';

/** A gift as its buyer sees it; instants are ISO 8601. */
export interface GiftView {
  readonly giftId: string;
  readonly buyerId: number;
  readonly recipientId: number | null;
  readonly state: 'paid' | 'claimed' | 'returned';
  /** What the link carries. For the buyer's eyes only. */
  readonly code: string;
  readonly planName: { readonly ru: string; readonly en: string };
  readonly tokensUtok: number;
  readonly periodUnit: PeriodUnit | null;
  readonly periodCount: number | null;
  readonly expiresAt: string;
}

export interface GiftReads {
  /** Gifts somebody has bought, newest first, ten at most. */
  gifts(buyerId: number): Promise<readonly GiftView[]>;
  gift(giftId: string): Promise<GiftView | undefined>;
  /** The gift a link leads to. */
  giftByCode(code: string): Promise<GiftView | undefined>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Sixteen bytes in base64url. */
const CODE = /^[\w-]{22}$/;

export function giftReads(db: Database, secrets: Secrets): GiftReads {
  const view = (row: GiftRow) => toView(row, secrets);
  return {
    gifts: async (buyerId) => {
      const rows = await selectGifts(db)
        .where(and(eq(gifts.buyerId, buyerId), isVisible(gifts.buyerId, quotes.asOf)))
        .orderBy(desc(gifts.id))
        .limit(10);
      return rows.map(view);
    },
    gift: async (giftId) => {
      if (!UUID.test(giftId)) return undefined;
      const [row] = await selectGifts(db).where(eq(gifts.id, giftId));
      return row && view(row);
    },
    giftByCode: async (code) => {
      if (!CODE.test(code)) return undefined;
      const [row] = await selectGifts(db).where(eq(gifts.codeHash, carriedCodeHash(code)));
      return row && view(row);
    },
  };
}

function selectGifts(db: Database) {
  return db
    .select({ gift: gifts, quote: quotes, planName: tariffVersions.nameI18n })
    .from(gifts)
    .innerJoin(quotes, eq(quotes.id, gifts.quoteId))
    .innerJoin(tariffVersions, eq(tariffVersions.id, quotes.tariffVersionId));
}

type GiftRow = Awaited<ReturnType<typeof selectGifts>>[number];

function toView({ gift, quote, planName }: GiftRow, { apiKeyPepper }: Secrets): GiftView {
  const { id: giftId, buyerId, recipientId, state } = gift;
  const { periodUnit, periodCount } = quote;
  return {
    ...{ giftId, buyerId, recipientId, state, planName, periodUnit, periodCount },
    code: giftCode(apiKeyPepper, giftId),
    tokensUtok: quote.tokensUtok + quote.bonusUtok,
    expiresAt: gift.expiresAt.toISOString(),
  };
}
