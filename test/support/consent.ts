import type postgres from 'postgres';
import type { Terms } from '../../src/domain/terms';
import type { EdgeRecords } from '../../src/records/contract';

/** The terms of tests; another version of them asks everybody again. */
export const TEST_TERMS: Terms = { version: 'test-1', hashes: { ru: 'hash-ru', en: 'hash-en' } };

/** Records that find every person in agreement with the terms: most tests are about something else. */
export function inAgreement(records: EdgeRecords, sql: postgres.Sql): EdgeRecords {
  return {
    ...records,
    arrive: async (update) => {
      const arrival = await records.arrive(update);
      if (!arrival.hasConsent) await giveConsent(sql, update.person.id);
      return { ...arrival, hasConsent: true };
    },
  };
}

/** Writes that a person accepted the terms of tests. */
export async function giveConsent(sql: postgres.Sql, userId: number): Promise<void> {
  const { version, hashes } = TEST_TERMS;
  await sql`
    insert into consents (id, user_id, kind, text_version, text_hash, given_at)
    values (gen_random_uuid(), ${userId}, 'terms', ${version}, ${hashes.en}, now())`;
}
