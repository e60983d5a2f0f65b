import { and, eq, isNull, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { auditLog, consents, users } from '../../drizzle/schema';
import { assert } from '../domain/assert';
import type { Locale } from '../domain/messages';
import type { Terms } from '../domain/terms';

export interface TermsConsent {
  readonly userId: number;
  /** The language in which the person read them. */
  readonly locale: Locale;
  readonly asOf: Date;
}

/** Keeps that a person accepted the terms as they stand, once for each version. */
export async function acceptTerms(
  db: Database,
  terms: Terms,
  { userId, locale, asOf }: TermsConsent,
): Promise<void> {
  await db.transaction(async (tx) => {
    // A double tap waits here and then finds the consent.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
    const [given] = await tx.select().from(consents).where(isGiven(terms, userId));
    if (given) return;
    const { version: textVersion, hashes } = terms;
    const consent = { userId, kind: 'terms', textVersion, textHash: hashes[locale] } as const;
    await tx.insert(consents).values({ ...consent, givenAt: asOf });
    await tx.insert(auditLog).values({
      ...{ actorKind: 'user', actorId: String(userId), action: 'consent.given' },
      ...{ entity: 'user', entityId: String(userId), asOf },
      after: { kind: 'terms', textVersion, textHash: hashes[locale] },
    });
  });
}

export interface AutopayConsent {
  readonly userId: number;
  readonly textVersion: string;
  /** SHA-256 of the words in the person's language, hexadecimal. */
  readonly textHash: string;
  readonly asOf: Date;
}

/** Keeps the consent to exactly these words, given now unless it stands; a repeat gives the same id (SB-8). */
export async function agreeToAutopay(
  db: Database,
  { userId, textVersion, textHash, asOf }: AutopayConsent,
): Promise<string> {
  const words = { userId, kind: 'autopay', textVersion, textHash } as const;
  return db.transaction(async (tx) => {
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
    const isSame = and(
      eq(consents.userId, userId),
      eq(consents.kind, words.kind),
      eq(consents.textHash, textHash),
      isNull(consents.withdrawnAt),
    );
    const [standing] = await tx.select({ id: consents.id }).from(consents).where(isSame);
    if (standing) return standing.id;
    const [given] = await tx
      .insert(consents)
      .values({ ...words, givenAt: asOf })
      .returning({ id: consents.id });
    assert(given, `the consent of ${userId} is written`);
    await tx.insert(auditLog).values({
      ...{ actorKind: 'user', actorId: String(userId), action: 'consent.given' },
      ...{ entity: 'user', entityId: String(userId), asOf },
      after: { kind: words.kind, textVersion, textHash },
    });
    return given.id;
  });
}

/** Whether the person of a query has accepted these terms; true where an operator asks for no consent. */
export function hasAccepted(terms: Terms | undefined, userId: SQL): SQL {
  if (terms === undefined) return sql`true`;
  return sql`exists (
    select 1 from ${consents} where user_id = ${userId} and kind = 'terms'
      and text_version = ${terms.version} and withdrawn_at is null)`;
}

function isGiven(terms: Terms, userId: number): SQL | undefined {
  return and(
    eq(consents.userId, userId),
    eq(consents.kind, 'terms'),
    eq(consents.textVersion, terms.version),
    isNull(consents.withdrawnAt),
  );
}
