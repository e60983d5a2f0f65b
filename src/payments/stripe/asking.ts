import { z } from 'zod';
import type { AskOutcome, AskRef, OrderRef, PaymentFact, StatementRange } from '../provider';
import { answered, unclear } from './calls';
import type { StripeAnswer, StripeClient } from './calls';
import { chargeOf, disputeSchema, idSchema, intentFact, intentSchema } from './facts';
import type { StripeIntent } from './facts';
import { isSession } from './sessions';

const listSchema = z.object({ data: z.array(intentSchema), has_more: z.boolean() });
const foundSchema = z.object({ data: z.array(intentSchema) });
const disputesSchema = z.object({ data: z.array(disputeSchema) });
const sessionSchema = z.object({ payment_intent: z.union([intentSchema, idSchema]).nullish() });

const PAGE = 100;
const WITH_CHARGE = ['latest_charge'];
const EACH_WITH_CHARGE = ['data.latest_charge'];

/** The truth about one payment, or about all payments of an order. */
export async function askStripe(client: StripeClient, ref: AskRef): Promise<AskOutcome> {
  if (ref.by === 'payment') return askIntent(client, ref.providerPaymentId);
  return isSession(ref.providerRef)
    ? askSession(client, ref.providerRef)
    : askByMetadata(client, ref);
}

async function askIntent(client: StripeClient, id: string): Promise<AskOutcome> {
  const told = await answered(
    () => client.paymentIntents.retrieve(id, { expand: WITH_CHARGE }),
    intentSchema,
  );
  return told.kind === 'answer' ? factsOf(client, [told.value]) : unclear(told);
}

/** A page has no intent until somebody begins to pay there. */
async function askSession(client: StripeClient, id: string): Promise<AskOutcome> {
  const expand = ['payment_intent.latest_charge'];
  const told = await answered(
    () => client.checkout.sessions.retrieve(id, { expand }),
    sessionSchema,
  );
  if (told.kind !== 'answer') return unclear(told);
  const { payment_intent: intent } = told.value;
  if (!intent) return { kind: 'facts', facts: [] };
  return typeof intent === 'string' ? askIntent(client, intent) : factsOf(client, [intent]);
}

/**
 * The search knows all intents, the newest a minute late; the list knows the newest at once, and those of an order from
 * its first day on where that is told. Only what one of them knows entirely can say that an order has none.
 */
async function askByMetadata(
  client: StripeClient,
  { invoiceId, writtenAt }: OrderRef,
): Promise<AskOutcome> {
  const searched = await searchIntents(client, invoiceId);
  if (searched.kind === 'answer' && searched.value.data.length > 0) {
    return factsOf(client, searched.value.data);
  }
  const isDated = writtenAt !== undefined;
  const listed = await listIntents(client, {
    created: isDated ? { gte: secondsOf(writtenAt) - CLOCK_TOLERANCE_SECONDS } : undefined,
    maxPages: isDated ? PAGES_OF_AN_ORDER : 1,
  });
  if (listed.kind === 'unknown') return listed;
  const mine = listed.intents.filter(({ metadata }) => metadata?.['invoice_id'] === invoiceId);
  if (mine.length > 0) return factsOf(client, mine);
  const isCertain = searched.kind === 'answer' || (isDated && listed.isWhole);
  return isCertain ? { kind: 'facts', facts: [] } : unclear(searched);
}

/** Their clock and ours need not agree to the minute. */
const CLOCK_TOLERANCE_SECONDS = 3_600;
/** More would not be read within the time of one question. */
const PAGES_OF_AN_ORDER = 5;

function searchIntents(
  client: StripeClient,
  invoiceId: string,
): Promise<StripeAnswer<z.infer<typeof foundSchema>>> {
  const query = `metadata['invoice_id']:'${invoiceId.replace(/['\\]/g, '\\$&')}'`;
  return answered(
    () => client.paymentIntents.search({ query, limit: PAGE, expand: EACH_WITH_CHARGE }),
    foundSchema,
  );
}

/** Every intent of these days by which money came; those that nobody has paid are no payments. */
export async function statementOf(
  client: StripeClient,
  { from, to }: StatementRange,
  maxPages: number,
): Promise<AskOutcome> {
  const created = { gte: secondsOf(from), lt: secondsOf(to) };
  const listed = await listIntents(client, { created, maxPages });
  if (listed.kind === 'unknown') return listed;
  if (!listed.isWhole) return unclear({ reason: 'Stripe’s list of these days is too long' });
  const paid = listed.intents.filter(({ status }) => status === 'succeeded');
  return factsOf(client, paid);
}

interface IntentQuery {
  readonly created: { readonly gte: number; readonly lt?: number } | undefined;
  readonly maxPages: number;
}

type ListedIntents =
  | {
      readonly kind: 'listed';
      readonly intents: readonly StripeIntent[];
      readonly isWhole: boolean;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Intents, newest first, as many pages as are wanted. */
async function listIntents(
  client: StripeClient,
  { created, maxPages }: IntentQuery,
): Promise<ListedIntents> {
  const intents: StripeIntent[] = [];
  for (let page = 0; page < maxPages; page += 1) {
    const after = intents.at(-1)?.id;
    const told = await answered(
      () =>
        client.paymentIntents.list({
          ...(created === undefined ? {} : { created }),
          limit: PAGE,
          expand: EACH_WITH_CHARGE,
          ...(after === undefined ? {} : { starting_after: after }),
        }),
      listSchema,
    );
    if (told.kind !== 'answer') return unclear(told);
    intents.push(...told.value.data);
    if (!told.value.has_more) return { kind: 'listed', intents, isWhole: true };
    if (told.value.data.length === 0) break;
  }
  return { kind: 'listed', intents, isWhole: false };
}

/** The intents as facts; the complaint about a payment stands in a list of its own. */
async function factsOf(
  client: StripeClient,
  intents: readonly StripeIntent[],
): Promise<AskOutcome> {
  const facts: PaymentFact[] = [];
  for (const intent of intents) {
    if (!chargeOf(intent)?.disputed) {
      facts.push(intentFact(intent));
      continue;
    }
    const told = await answered(
      () => client.disputes.list({ payment_intent: intent.id, limit: PAGE }),
      disputesSchema,
    );
    if (told.kind !== 'answer') return unclear(told);
    // Newest first: an inquiry may have become a chargeback.
    facts.push(intentFact(intent, told.value.data[0]));
  }
  return { kind: 'facts', facts };
}

/** The first whole second that is not before an instant. */
function secondsOf(instant: string): number {
  return Math.ceil(Date.parse(instant) / 1_000);
}
