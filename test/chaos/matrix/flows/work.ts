import { v7 } from 'uuid';
import { apiClient, type ApiAnswer, type ApiClient } from '../../../support/api';
import { insist } from '../patience';
import type { Act, Flow } from './act';
import { funded } from './purchases';

/** Asked again while PostgreSQL is away; a client and a key too many disturb nobody. */
const clientOf = ({ stack }: Act): Promise<ApiClient> => insist(() => apiClient(stack));

/** Repeats under one name until somebody answers for good, as a good client does. */
async function call(client: ApiClient, path: string, body: object): Promise<ApiAnswer> {
  const name = v7();
  const told = await insist(async () => {
    const one = await client.call('POST', path, { body, name });
    if (!isFinal(one)) throw new Error(`${path}: ${one.status} ${JSON.stringify(one.json)}`);
    return one;
  });
  if (told.status >= 300 || !itemsOf(told).every(({ status }) => status < 300)) {
    throw new Error(`${path} was refused: ${JSON.stringify(told.json)}`);
  }
  return told;
}

/** False of what asks the client to come again: an outage, or an earlier try that is still under way. */
function isFinal(told: ApiAnswer): boolean {
  const codes = [told.json['code'], ...itemsOf(told).map(({ problem }) => problem?.code)];
  const isBroken = [told, ...itemsOf(told)].some(({ status }) => status >= 500);
  return !isBroken && !codes.includes('request_in_progress');
}

interface Item {
  readonly status: number;
  readonly problem?: { readonly code: string } | null;
}

function itemsOf({ json }: ApiAnswer): readonly Item[] {
  return (json['results'] ?? []) as readonly Item[];
}

/** Tokens reserved for a job, reported on the way and captured at its end. */
export const hold: Flow = async (act) => {
  const { userId } = await funded(act, 300);
  act.begins();
  const client = await clientOf(act);
  const order = { amount: 50, lease_seconds: 600 };
  const placed = await call(client, `/users/${userId}/holds`, order);
  const holdId = String(placed.json['hold_id']);
  await call(client, `/holds/${holdId}/heartbeat`, { reported_total: 20 });
  await call(client, `/holds/${holdId}/capture`, { amount: 30 });
};

/** One spend alone, and five in one request. */
export const spend: Flow = async (act) => {
  const { userId } = await funded(act, 300);
  act.begins();
  const client = await clientOf(act);
  await call(client, `/users/${userId}/spend`, { amount: 10, description: 'a job' });
  const items = Array.from({ length: 5 }, () => ({
    ...{ idempotency_key: v7(), user_id: userId, amount: 2, description: 'a job of many' },
  }));
  await call(client, '/spends/batch', { items });
};

/** A job whose costs are reported twice, the second time for good. */
export const job: Flow = async (act) => {
  const { userId } = await funded(act, 300);
  act.begins();
  const client = await clientOf(act);
  const about = { source: 'runner', user_id: userId, track: 'essay', task_ref: v7() };
  const report = (total_cost: string, final: boolean) => ({
    ...about,
    event_id: v7(),
    total_cost,
    final,
  });
  await call(client, '/track-costs', report('1', false));
  await call(client, '/track-costs', report('2', true));
};
