import { and, eq, isNull } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { auditLog, consents, users } from '../../drizzle/schema';

/** Version of the words on the button by which people agree to marketing; a new one when they change. */
const TEXT_VERSION = 'news-1';

export interface MarketingChoice {
  readonly userId: number;
  readonly isOn: boolean;
  /** SHA-256 of the words the person agreed to, hexadecimal. */
  readonly textHash: string;
  readonly asOf: Date;
}

/** Keeps that a person wants marketing or does not any more (NT-5); a repeat changes nothing. */
export async function chooseMarketing(db: Database, choice: MarketingChoice): Promise<void> {
  const { userId, isOn, asOf } = choice;
  await db.transaction(async (tx) => {
    const [person] = await tx.select().from(users).where(eq(users.id, userId)).for('update');
    if (!person || person.marketingOk === isOn) return;
    await tx.update(users).set({ marketingOk: isOn }).where(eq(users.id, userId));
    if (isOn) {
      await tx.insert(consents).values({
        ...{ userId, kind: 'marketing', textVersion: TEXT_VERSION },
        ...{ textHash: choice.textHash, givenAt: asOf },
      });
    } else {
      const isGiven = and(
        eq(consents.userId, userId),
        eq(consents.kind, 'marketing'),
        isNull(consents.withdrawnAt),
      );
      await tx.update(consents).set({ withdrawnAt: asOf }).where(isGiven);
    }
    await tx.insert(auditLog).values({
      ...{ actorKind: 'user', actorId: String(userId), entity: 'user', entityId: String(userId) },
      action: isOn ? 'consent.given' : 'consent.withdrawn',
      after: { kind: 'marketing', textVersion: TEXT_VERSION },
      asOf,
    });
  });
}
