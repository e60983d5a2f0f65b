import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Database, Transaction } from './client';
import { personKeys, users } from './schema';

// What is written about a person is sealed with a key of their own, which is itself sealed with one derived from
// DATA_KEY. Destroying the person's key makes every copy unreadable, also those in backups (AU-4).

const VERSION = 1;
/** Whose key it is when nobody is known to own the bytes. */
const NOBODY = 0;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Version and owner, which stand in the open and are authenticated. */
const HEADER_BYTES = 9;

/** A stretch of the database's work: a pool or a transaction. */
type Work = Pick<Database | Transaction, 'select' | 'insert' | 'update'>;

/** Seals bytes about a person, or about nobody known, such that only this product's DATA_KEY opens them. */
export async function sealFor(
  work: Work,
  dataKey: string,
  secret: { readonly userId: number | undefined; readonly bytes: Buffer },
): Promise<Buffer> {
  const key = secret.userId === undefined ? undefined : await keyFor(work, dataKey, secret.userId);
  return key === undefined
    ? seal(generalKey(dataKey), NOBODY, secret.bytes)
    : seal(key, secret.userId ?? NOBODY, secret.bytes);
}

/**
 * Opens sealed bytes; undefined when the person's key was destroyed, which no key of ours undoes. Throws when the
 * bytes were altered or DATA_KEY is another one.
 */
export async function openSealed(
  work: Work,
  dataKey: string,
  sealed: Buffer,
): Promise<Buffer | undefined> {
  const ownerId = ownerOf(sealed);
  if (ownerId === NOBODY) return open(generalKey(dataKey), sealed);
  const key = await storedKey(work, dataKey, ownerId);
  if (key === undefined) return undefined;
  try {
    return open(key, sealed);
  } catch (error) {
    // Somebody who was erased and came back has another key than the one these bytes were sealed with.
    if (await wasErased(work, ownerId)) return undefined;
    throw error;
  }
}

/** Whose key opens the bytes: the first bytes of everything sealed for one person are the same. */
export function sealHeader(ownerId: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(VERSION, 0);
  header.writeBigInt64BE(BigInt(ownerId), 1);
  return header;
}

/** Destroys a person's key: what was sealed with it is gone for ever. */
export async function destroyKey(work: Work, userId: number): Promise<void> {
  await work
    .insert(personKeys)
    .values({ userId, keyEnc: null, destroyedAt: sql`now()` })
    .onConflictDoUpdate({
      target: personKeys.userId,
      set: { keyEnc: null, destroyedAt: sql`now()` },
    });
}

async function keyFor(work: Work, dataKey: string, userId: number): Promise<Buffer | undefined> {
  const known = await storedKey(work, dataKey, userId);
  if (known) return known;
  const [person] = await work.select({ id: users.id }).from(users).where(eq(users.id, userId));
  if (!person) return undefined;
  const keyEnc = seal(wrappingKey(dataKey), userId, randomBytes(32));
  await work.insert(personKeys).values({ userId, keyEnc }).onConflictDoNothing();
  // Whose key was destroyed gets a new one; the old bytes stay closed to it.
  await work
    .update(personKeys)
    .set({ keyEnc })
    .where(and(eq(personKeys.userId, userId), isNull(personKeys.keyEnc)));
  return storedKey(work, dataKey, userId);
}

async function storedKey(work: Work, dataKey: string, userId: number): Promise<Buffer | undefined> {
  const [row] = await work
    .select({ keyEnc: personKeys.keyEnc })
    .from(personKeys)
    .where(eq(personKeys.userId, userId));
  return row?.keyEnc ? open(wrappingKey(dataKey), row.keyEnc) : undefined;
}

async function wasErased(work: Work, userId: number): Promise<boolean> {
  const [row] = await work
    .select({ destroyedAt: personKeys.destroyedAt })
    .from(personKeys)
    .where(eq(personKeys.userId, userId));
  return row?.destroyedAt != null;
}

function generalKey(dataKey: string): Buffer {
  return derived(dataKey, 'bytes of nobody known');
}

function wrappingKey(dataKey: string): Buffer {
  return derived(dataKey, 'keys of persons');
}

function derived(dataKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, 'telegram-billing', purpose, 32));
}

function seal(key: Buffer, ownerId: number, bytes: Buffer): Buffer {
  const header = sealHeader(ownerId);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(header);
  const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([header, iv, cipher.getAuthTag(), body]);
}

function open(key: Buffer, sealed: Buffer): Buffer {
  const tagAt = HEADER_BYTES + IV_BYTES;
  const iv = sealed.subarray(HEADER_BYTES, tagAt);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(sealed.subarray(0, HEADER_BYTES));
  decipher.setAuthTag(sealed.subarray(tagAt, tagAt + TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(tagAt + TAG_BYTES)), decipher.final()]);
}

function ownerOf(sealed: Buffer): number {
  if (sealed.length < HEADER_BYTES + IV_BYTES + TAG_BYTES || sealed[0] !== VERSION) {
    throw new Error('these bytes were not sealed by this product, or were emptied');
  }
  return Number(sealed.readBigInt64BE(1));
}
