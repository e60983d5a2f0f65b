import type { RecordedReports } from '../../../activities/billing/tracks';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import {
  trackJobKey,
  type TrackAnswer,
  type TrackEvent,
} from '../../../src/domain/billing/track-event';
import { trackJobId } from '../../../workflows/billing/track-job/contract';
import { asWorkflow, balance, NOON, SETTINGS, type Books } from './books';
import { grant, transfer } from './transfers';

export function recorded(answer: TrackAnswer | undefined) {
  if (answer?.kind !== 'recorded') throw new Error(`not recorded: ${JSON.stringify(answer)}`);
  return answer;
}

interface Sending {
  readonly arrivedAt?: string;
  readonly keyId?: string;
  readonly settings?: Partial<BillingSettings>;
}

/** Reports of a client's jobs, brought as their workflows bring them, and what they leave in the books. */
export function trackDesk(open: () => { readonly books: Books; readonly clientId: string }) {
  const actOf = (change: Partial<BillingSettings> = {}) =>
    open().books.activities({ settings: { ...SETTINGS, ...change } });

  /** Brings reports of one job as its workflow does. */
  function send(events: readonly TrackEvent[], sending: Sending = {}): Promise<RecordedReports> {
    const [first] = events;
    if (!first) throw new Error('a report is needed');
    const jobKey = trackJobKey(open().clientId, first);
    const { clientId } = open();
    const by = sending.keyId === undefined ? {} : { keyId: sending.keyId };
    const order = { jobKey, clientId, userId: first.userId, events, ...by };
    const arrivedAt = sending.arrivedAt ?? NOON;
    return asWorkflow(trackJobId(jobKey), () =>
      actOf(sending.settings).recordReports({ ...order, arrivedAt }),
    );
  }

  function settleSilent(event: TrackEvent, asOf: string, settings: Partial<BillingSettings> = {}) {
    const jobKey = trackJobKey(open().clientId, event);
    return asWorkflow(trackJobId(jobKey), () =>
      actOf(settings).settleMissingTrack({
        jobKey,
        clientId: open().clientId,
        userId: event.userId,
        asOf,
      }),
    );
  }

  async function owner(count: number): Promise<number> {
    const userId = await open().books.newUser();
    if (count > 0) await transfer(open().books, grant(userId, count));
    return userId;
  }

  /** Micro-tokens in a wallet. */
  const utok = async (userId: number) =>
    Math.round((await balance(open().books.sql, userId)) * 1e6);

  const chargesOf = async (userId: number) =>
    (
      await open().books.sql`
        select charged_utok::float8 as charged, uncollected_utok::float8 as missing, kind
        from charges where user_id = ${userId} order by id`
    ).map((row) => ({ ...row }));

  const items = async (userId: number) =>
    (
      await open().books.sql`select kind from open_items where user_id = ${userId} order by key`
    ).map(({ kind }) => String(kind));
  return { send, settleSilent, owner, utok, chargesOf, items };
}
