import { parseArgs, type ParseArgsConfig } from 'node:util';
import { asc, eq } from 'drizzle-orm';
import { issueApiKey, revokeApiKey, rotateApiKey } from '../../activities/billing/api-keys';
import type { Database, Transaction } from '../../drizzle/client';
import { apiClients, apiKeys, auditLog } from '../../drizzle/schema';
import { ConfigError } from '../config';
import { readScopes, SCOPES } from '../domain/billing/api-scopes';
import { tokenDisplay, tokens } from '../domain/tokens';
import { issueKey } from '../http/api/keys';

const USAGE = `Usage:
  npm run api-keys -- create --client <name> --scopes <scope,…> [--rate-limit <calls>] [--spend-limit-day <tokens>] [--days <n>]
  npm run api-keys -- list
  npm run api-keys -- rotate --prefix <first 8 characters> [--overlap-hours <n>]
  npm run api-keys -- revoke --prefix <first 8 characters>
Scopes: ${SCOPES.join(', ')}`;

const HOUR = 3_600_000;
const OVERLAP_HOURS = 24;

export interface KeyDesk {
  readonly db: Database;
  readonly pepper: string;
  readonly now: Date;
}

type Options = Readonly<Record<string, string | undefined>>;

/** Carries out one command and says what came of it. Whatever cannot be understood is refused in words. */
export async function runKeyCommand(desk: KeyDesk, args: readonly string[]): Promise<string> {
  const { command, options } = read(args);
  switch (command) {
    case 'create':
      return createKey(desk, options);
    case 'list':
      return listKeys(desk);
    case 'rotate':
      return rotateKey(desk, options);
    case 'revoke':
      return revokeKey(desk, options);
    default:
      throw new ConfigError(USAGE);
  }
}

const OPTIONS: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
  ['client', 'scopes', 'rate-limit', 'spend-limit-day', 'days', 'prefix', 'overlap-hours'].map(
    (name) => [name, { type: 'string' as const }],
  ),
);

function read(args: readonly string[]): { command: string | undefined; options: Options } {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    });
    return { command: positionals[0], options: values as Options };
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n${USAGE}`);
  }
}

/** Issues a key to a client, who is made when new. What is answered here is never seen again. */
async function createKey({ db, pepper, now }: KeyDesk, options: Options): Promise<string> {
  const client = options['client']?.trim();
  if (!client) throw new ConfigError(`--client names who gets the key.\n${USAGE}`);
  const { scopes, unknown } = readScopes(options['scopes'] ?? '');
  if (unknown.length > 0) throw new ConfigError(`Unknown scopes: ${unknown.join(', ')}.\n${USAGE}`);
  if (scopes.length === 0) throw new ConfigError(`--scopes says what the key may do.\n${USAGE}`);
  const days = countOf(options, 'days');
  const limitTokens = countOf(options, 'spend-limit-day');
  const issued = issueKey(pepper);
  await db.transaction(async (tx) => {
    await issueApiKey(tx, {
      ...{ client, scopes, prefix: issued.prefix, hash: issued.hash },
      rateLimit: countOf(options, 'rate-limit'),
      spendLimitDayUtok: limitTokens === undefined ? undefined : tokens(limitTokens),
      expiresAt: days === undefined ? undefined : new Date(now.getTime() + days * 24 * HOUR),
    });
    await audit(tx, { action: 'api_key.issued', prefix: issued.prefix, now }, { client, scopes });
  });
  return `Key of ${client}, shown this once:\n${issued.key}`;
}

async function rotateKey({ db, pepper, now }: KeyDesk, options: Options): Promise<string> {
  const prefix = prefixOf(options);
  const hours = countOf(options, 'overlap-hours', { isZeroFine: true }) ?? OVERLAP_HOURS;
  const successor = issueKey(pepper);
  const old = await db.transaction(async (tx) => {
    const overlapUntil = new Date(now.getTime() + hours * HOUR);
    const replaced = await rotateApiKey(tx, { prefix, successor, asOf: now, overlapUntil });
    if (!replaced) return undefined;
    const after = { replaces: prefix, overlapUntil: replaced.expiresAt };
    await audit(tx, { action: 'api_key.rotated', prefix: successor.prefix, now }, after);
    return replaced;
  });
  if (!old) throw new ConfigError(`No key in force begins with ${prefix}.`);
  const end = old.expiresAt?.toISOString() ?? '';
  return `The key ${prefix}… opens until ${end}. Its successor, shown this once:\n${successor.key}`;
}

async function revokeKey({ db, now }: KeyDesk, options: Options): Promise<string> {
  const prefix = prefixOf(options);
  const revoked = await db.transaction(async (tx) => {
    const row = await revokeApiKey(tx, { prefix, asOf: now });
    if (row) await audit(tx, { action: 'api_key.revoked', prefix, now }, {});
    return row;
  });
  if (!revoked) throw new ConfigError(`No key in force begins with ${prefix}.`);
  return `Key ${prefix}… is revoked; servers stop taking it within a second.`;
}

async function listKeys({ db, now }: KeyDesk): Promise<string> {
  const rows = await db
    .select({ key: apiKeys, client: apiClients.name })
    .from(apiKeys)
    .innerJoin(apiClients, eq(apiClients.id, apiKeys.clientId))
    .orderBy(asc(apiClients.name), asc(apiKeys.recordedAt));
  if (rows.length === 0) return 'There are no keys: the API is closed.';
  return rows.map(({ key, client }) => lineOf(client, key, now)).join('\n');
}

function lineOf(client: string, key: typeof apiKeys.$inferSelect, now: Date): string {
  const { prefix, scopes, rateLimit, spendLimitDayUtok, lastUsedAt } = key;
  const limits = [
    ...(rateLimit === null ? [] : [`${rateLimit} calls a period`]),
    ...(spendLimitDayUtok === null ? [] : [`${tokenDisplay(spendLimitDayUtok)} tokens a day`]),
  ];
  const used = lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'never used';
  return [`${prefix}…`, client, scopes.join(','), ...limits, stateOf(key, now), used].join('  ');
}

function stateOf({ revokedAt, expiresAt }: typeof apiKeys.$inferSelect, now: Date): string {
  if (revokedAt) return `revoked ${revokedAt.toISOString()}`;
  if (!expiresAt) return 'without an end';
  return `${expiresAt <= now ? 'over since' : 'until'} ${expiresAt.toISOString()}`;
}

function prefixOf(options: Options): string {
  const prefix = options['prefix']?.replace(/…$/, '');
  if (prefix && /^[0-9a-f]{8}$/.test(prefix)) return prefix;
  throw new ConfigError(`--prefix takes the first 8 characters of a key.\n${USAGE}`);
}

/** A whole number above zero; undefined when it was not asked for. */
function countOf(options: Options, name: string, { isZeroFine = false } = {}): number | undefined {
  const text = options[name];
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && (isZeroFine || Number(text) > 0)) return Number(text);
  throw new ConfigError(`--${name} takes a whole number above zero, not "${text}".`);
}

async function audit(
  tx: Transaction,
  { action, prefix, now }: { action: string; prefix: string; now: Date },
  after: object,
): Promise<void> {
  await tx.insert(auditLog).values({
    ...{ actorKind: 'system' as const, actorId: 'npm run api-keys', action },
    ...{ entity: 'api_key', entityId: prefix, after, asOf: now },
  });
}
