import { sql, type SQL } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { charges, idempotencyKeys } from '../../../drizzle/schema';
import type {
  SpendAnswer,
  SpendName,
  SpendRequest,
} from '../../../workflows/billing/token-spend/contract';
import type { ChargedAnswer } from './answers';

/** Days for which a stored answer is kept; afterwards it is rebuilt from the charge, which stays (API-5). */
const KEPT_DAYS = 30;

/**
 * Answers to keys that had their effect before: the first charge for the same request, and `mismatch` when the key was
 * given to another one, of whatever route. Keys that are free are left out.
 */
export async function earlierAnswers(
  tx: Transaction,
  spends: readonly SpendRequest[],
): Promise<ReadonlyMap<string, SpendAnswer>> {
  const [named, charged] = await Promise.all([
    recordedNames(tx, spends),
    earlierCharges(tx, spends),
  ]);
  const answers = spends.flatMap((spend): SpendAnswer[] => {
    const earlier = charged.get(spend.key);
    const name = named.get(spend.key) ?? earlier?.name;
    if (!earlier && !name) return [];
    const isSame = !name || !spend.name || isSameName(name, spend.name);
    return earlier?.answer && isSame ? [earlier.answer] : [{ kind: 'mismatch', key: spend.key }];
  });
  return new Map(answers.map((answer) => [answer.key, answer]));
}

/**
 * The statement that writes the names of charged spends with their answers, in one order for all, so that two batches
 * cannot wait for each other; none when nobody named a spend. A name that another transaction wrote first is a unique
 * violation: the whole batch looks again.
 */
export function nameInsert(
  spends: readonly SpendRequest[],
  answers: readonly ChargedAnswer[],
): readonly SQL[] {
  const answered = new Map(answers.map((answer) => [answer.key, answer]));
  const rows = spends.flatMap(({ clientId, name, key, asOf }) => {
    const answer = answered.get(key);
    return name && answer ? [rowOf(answer, { caller: clientId, name, asOf })] : [];
  });
  if (rows.length === 0) return [];
  const order = (row: (typeof rows)[number]) => `${row.caller}:${row.key}`;
  rows.sort((one, other) => (order(one) < order(other) ? -1 : 1));
  const statement = sql`
    insert into ${idempotencyKeys} (caller, key, method, path, body_hash, status, response, resource_id, expires_at)
    select caller, key, method, path, decode(body_hash, 'hex'), 200, response, resource_id, expires_at
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as name (caller text, key text, method text, path text, body_hash text, response jsonb, resource_id uuid,
        expires_at timestamptz)`;
  return [statement];
}

function rowOf(
  { chargeId, ...answer }: ChargedAnswer,
  by: { caller: string; name: SpendName; asOf: string },
) {
  const { key, method, path, bodyHash } = by.name;
  const { transferId, balanceBeforeUtok, balanceAfterUtok, availableAfterUtok, lots } = answer;
  return {
    caller: by.caller,
    ...{ key, method, path },
    body_hash: bodyHash,
    response: { transferId, balanceBeforeUtok, balanceAfterUtok, availableAfterUtok, lots },
    resource_id: chargeId,
    expires_at: new Date(Date.parse(by.asOf) + KEPT_DAYS * 86_400_000),
  };
}

type Fingerprint = Pick<SpendName, 'method' | 'path' | 'bodyHash'>;

function isSameName(one: Fingerprint, other: Fingerprint): boolean {
  return one.method === other.method && one.path === other.path && one.bodyHash === other.bodyHash;
}

async function recordedNames(
  tx: Transaction,
  spends: readonly SpendRequest[],
): Promise<ReadonlyMap<string, Fingerprint>> {
  const named = spends.flatMap(({ clientId, name }) => (name ? [[clientId, name.key]] : []));
  if (named.length === 0) return new Map();
  // Looked up name by name: a join has a kept plan that reads every name there is.
  const rows = await tx.execute<NameRow>(sql`
    select known.caller, known.key, known.method, known.path, encode(known.body_hash, 'hex') as body_hash
    from jsonb_array_elements(${JSON.stringify(named)}::jsonb) wanted
    cross join lateral (
      select * from ${idempotencyKeys} k
      where k.caller = wanted.value ->> 0 and k.key = wanted.value ->> 1 offset 0) known`);
  return new Map(
    [...rows].map(({ caller, key, method, path, body_hash: bodyHash }) => [
      `${caller}:${key}`,
      { method, path, bodyHash },
    ]),
  );
}

interface NameRow extends Record<string, unknown> {
  readonly caller: string;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly body_hash: string;
}

interface EarlierCharge {
  /** Undefined for the charge of other work, such as a hold: its key belongs to that work. */
  readonly answer: ChargedAnswer | undefined;
  readonly name: SpendName | undefined;
}

/** What a charge remembers of its request and answer. */
interface ChargeMemory {
  readonly name?: SpendName;
  readonly answer?: Pick<
    ChargedAnswer,
    'balanceBeforeUtok' | 'balanceAfterUtok' | 'availableAfterUtok' | 'lots'
  >;
}

async function earlierCharges(
  tx: Transaction,
  spends: readonly SpendRequest[],
): Promise<ReadonlyMap<string, EarlierCharge>> {
  const keys = JSON.stringify(spends.map(({ key }) => key));
  const rows = await tx
    .select()
    .from(charges)
    .where(sql`${charges.key} in (select json_array_elements_text(${keys}::json))`);
  return new Map(
    rows.map((row) => {
      const { name, answer } = row.meta as ChargeMemory;
      const { id: chargeId, key, transferId, chargedUtok, uncollectedUtok } = row;
      const charge = { chargeId, key, transferId, chargedUtok, uncollectedUtok };
      const replay = answer && ({ kind: 'charged', isReplay: true, ...charge, ...answer } as const);
      return [key, { name, answer: replay }];
    }),
  );
}
