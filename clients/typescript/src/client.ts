import { randomUUID } from 'node:crypto';
import createClient, { type Client } from 'openapi-fetch';
import { answered, isReplay } from './answers';
import type { HoldOrder, SpendWish, TrackCost } from './bodies';
import { Hold, HoldJob } from './holds';
import type { components, paths } from './schema';
import { insistentFetch, USUAL_RETRIES, type Fetch, type RetryPolicy } from './transport';

type Schemas = components['schemas'];

export interface ClientOptions {
  /** Where the server is, without `/api/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly retries?: Partial<RetryPolicy>;
  readonly fetch?: Fetch;
}

/** Names a request; one is made when absent. A repeat with the same key moves nothing. */
export interface Named {
  readonly key?: string;
}

export type HoldWish = Omit<HoldOrder, 'lease_seconds'> & { readonly lease_seconds?: number };

const LEASE_SECONDS = 120;

/** The API's operations for services that spend. `api` has all the others, typed by the document. */
export class BillingClient {
  readonly api: Client<paths>;

  constructor({ baseUrl, apiKey, retries, fetch }: ClientOptions) {
    this.api = createClient<paths>({
      baseUrl: `${baseUrl.replace(/\/$/, '')}/api/v1`,
      headers: { authorization: `Bearer ${apiKey}` },
      fetch: insistentFetch({ ...USUAL_RETRIES, ...retries }, fetch),
    });
  }

  async balance(userId: number) {
    const params = { path: { userId: String(userId) } };
    return answered(await this.api.GET('/users/{userId}/balance', { params }));
  }

  /** Answers when the tokens have moved; `isReplay` says that they had moved before. */
  async spend(userId: number, wish: SpendWish, { key = randomUUID() }: Named = {}) {
    const params = { path: { userId: String(userId) }, header: { 'Idempotency-Key': key } };
    const answer = await this.api.POST('/users/{userId}/spend', { params, body: wish });
    return { ...answered(answer), isReplay: isReplay(answer) };
  }

  /** Reserves tokens. The same key gives the same hold, also after a restart. */
  async hold(userId: number, wish: HoldWish, { key = randomUUID() }: Named = {}): Promise<Hold> {
    const { lease_seconds: leaseSeconds = LEASE_SECONDS, ...terms } = wish;
    const params = { path: { userId: String(userId) }, header: { 'Idempotency-Key': key } };
    const body = { ...terms, lease_seconds: leaseSeconds };
    const view = answered(await this.api.POST('/users/{userId}/holds', { params, body }));
    return new Hold(this.api, view, leaseSeconds);
  }

  /**
   * Reserves, beats while the work runs, and settles after it: for the last reported total, else for all that is held.
   * Work that fails is settled for what it reported, or released. A killed process is settled by its lease.
   */
  async withHold<T>(
    order: { readonly userId: number; readonly wish: HoldWish } & Named,
    work: (job: HoldJob) => Promise<T>,
  ): Promise<T> {
    const { userId, wish, ...named } = order;
    return new HoldJob(await this.hold(userId, wish, named)).run(work);
  }

  /** Reports what a job has cost. Its source and event_id are its name: a repeat changes nothing. */
  async trackCost(event: TrackCost): Promise<Schemas['TrackOutcome']> {
    const answer = answered(await this.api.POST('/track-costs', { body: event }));
    if ('results' in answer) throw new Error('one event has one answer');
    return answer;
  }

  /** Reports up to 1,000; the outcome of each is at its place. */
  async trackCosts(events: TrackCost[]): Promise<Schemas['TrackOutcomes']['results']> {
    const answer = answered(await this.api.POST('/track-costs', { body: { events } }));
    if (!('results' in answer)) throw new Error('many events have many answers');
    return answer.results;
  }

  /** The history of a wallet, newest first, page after page. */
  transfers(userId: number) {
    return pages(
      async (cursor) => {
        const query = cursor === undefined ? {} : { cursor };
        const params = { path: { userId: String(userId) }, query };
        return answered(await this.api.GET('/users/{userId}/transfers', { params }));
      },
      (page) => page.transfers,
    );
  }

  /** Rows of charged work. */
  tracks(query: NonNullable<paths['/analytics/tracks']['get']['parameters']['query']> = {}) {
    return pages(
      async (cursor) => {
        const params = { query: cursor === undefined ? query : { ...query, cursor } };
        return answered(await this.api.GET('/analytics/tracks', { params }));
      },
      (page) => page.rows,
    );
  }
}

/** What pages hold, one after another; the next page is asked for when it is needed. */
async function* pages<P extends { next_cursor?: string | null }, R>(
  ask: (cursor: string | undefined) => Promise<P>,
  rowsOf: (page: P) => readonly R[],
): AsyncGenerator<R> {
  let cursor: string | undefined;
  do {
    const page: P = await ask(cursor);
    yield* rowsOf(page);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
