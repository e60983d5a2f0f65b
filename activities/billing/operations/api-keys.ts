import { z } from 'zod';
import type { apiKeys } from '../../../drizzle/schema';
import { SCOPES } from '../../../src/domain/billing/api-scopes';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { issueApiKey, revokeApiKey, rotateApiKey } from '../api-keys';
import { defineOperation, type OperationRefused } from './definition';

const HOUR = 3_600_000;
const LONGEST_OVERLAP_HOURS = 720;

const PREFIX = z.string().regex(/^[0-9a-f]{8}$/);
/** A SHA-256 in hexadecimal: the key itself stays with whoever made it, and never enters a history. */
const HASH = z.string().regex(/^[0-9a-f]{64}$/);
const STORED = { prefix: PREFIX, hash: HASH };
const NO_KEY: OperationRefused = { kind: 'refused', reason: 'unknown_key' };

/** Lets another service call the API. */
export const issueKeyOperation = defineOperation<ActionParams['issue_api_key']>({
  roles: ['admin'],
  params: z.strictObject({
    ...STORED,
    client: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(SCOPES)).min(1),
  }),
  run: async (tx, { params: { client, scopes, prefix, hash } }) => {
    await issueApiKey(tx, { client, scopes, prefix, hash: Buffer.from(hash, 'hex') });
    return {
      kind: 'done',
      result: { prefix },
      audit: { ...about('api_key.issued', prefix), after: { client, scopes } },
    };
  },
});

/** Gives a key in force a successor; both open until the overlap is over. */
export const rotateKeyOperation = defineOperation<ActionParams['rotate_api_key']>({
  roles: ['admin'],
  params: z.strictObject({
    ...STORED,
    replaces: PREFIX,
    overlapHours: z.int().min(0).max(LONGEST_OVERLAP_HOURS),
  }),
  run: async (tx, { params: { replaces, prefix, hash, overlapHours }, asOf }) => {
    const old = await rotateApiKey(tx, {
      ...{ prefix: replaces, asOf },
      successor: { prefix, hash: Buffer.from(hash, 'hex') },
      overlapUntil: new Date(asOf.getTime() + overlapHours * HOUR),
    });
    if (!old) return NO_KEY;
    const overlapUntil = old.expiresAt?.toISOString() ?? null;
    return {
      kind: 'done',
      result: { prefix, overlapUntil },
      audit: { ...about('api_key.rotated', prefix), after: { replaces, overlapUntil } },
    };
  },
});

/** Ends a key at once. */
export const revokeKeyOperation = defineOperation<ActionParams['revoke_api_key']>({
  roles: ['admin'],
  params: z.strictObject({ prefix: PREFIX }),
  run: async (tx, { params: { prefix }, asOf }) => {
    const row = await revokeApiKey(tx, { prefix, asOf });
    if (!row) return NO_KEY;
    return {
      kind: 'done',
      result: { prefix },
      audit: { ...about('api_key.revoked', prefix), before: limitsOf(row) },
    };
  },
});

function about(action: string, prefix: string) {
  return { action, entity: 'api_key', entityId: prefix } as const;
}

function limitsOf({ scopes, rateLimit, expiresAt }: typeof apiKeys.$inferSelect) {
  return { scopes, rateLimit, expiresAt: expiresAt?.toISOString() ?? null };
}
