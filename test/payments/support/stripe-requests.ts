import type { StripeBook, StripeIntent, StripeRefund, StripeSession } from './stripe-book';
import {
  StripeProblem,
  inner,
  invalid,
  metadataOf,
  missing,
  readForm,
  required,
  sumOf,
  text,
  whole,
} from './stripe-form';
import type { Form } from './stripe-form';
import type { PaymentError } from './stripe-book';

/** What a request may know of the world around the books. */
export interface StripeDesk {
  readonly book: StripeBook;
  readonly baseUrl: () => string;
  readonly nowSeconds: () => number;
  /** How the bank answers the next charges of a method. */
  readonly verdictOn: (methodId: string) => PaymentError | 'requires_action' | undefined;
}

type Handler = (
  desk: StripeDesk,
  request: { readonly id: string; readonly body: string; readonly query: string },
) => unknown;

const EXPAND = /^expand\[(#|)\]$/;
const METADATA = /^metadata\[[\w-]+\]$/;

const SESSION_FIELDS = [
  ...[/^(mode|success_url|cancel_url|client_reference_id|locale|customer_creation|expires_at)$/],
  ...[METADATA, /^payment_intent_data\[(description|setup_future_usage)\]$/],
  ...[/^payment_intent_data\[metadata\]\[[\w-]+\]$/, /^adaptive_pricing\[enabled\]$/],
  ...[/^line_items\[#\]\[quantity\]$/, /^line_items\[#\]\[price_data\]\[(currency|unit_amount)\]$/],
  /^line_items\[#\]\[price_data\]\[product_data\]\[name\]$/,
];
const CHARGE_FIELDS = [
  /^(amount|currency|customer|payment_method|off_session|confirm)$/,
  ...[/^payment_method_types\[#\]$/, METADATA],
];
const LIST_FIELDS = [/^(limit|starting_after)$/, /^created\[(gte|lt)\]$/, EXPAND];

/** Every call that the fake understands; whatever else is asked does not exist. */
export const HANDLERS: readonly (readonly [string, RegExp, Handler])[] = [
  ['POST', /^\/v1\/checkout\/sessions$/, createSession],
  ['GET', /^\/v1\/checkout\/sessions\/(\w+)$/, showSession],
  ['POST', /^\/v1\/checkout\/sessions\/(\w+)\/expire$/, expireSession],
  ['GET', /^\/v1\/payment_intents\/search$/, searchIntents],
  ['GET', /^\/v1\/payment_intents\/([\w-]+)$/, showIntent],
  ['GET', /^\/v1\/payment_intents$/, listIntents],
  ['POST', /^\/v1\/payment_intents$/, chargeMethod],
  ['GET', /^\/v1\/refunds$/, listRefunds],
  ['POST', /^\/v1\/refunds$/, refund],
  ['GET', /^\/v1\/disputes$/, listDisputes],
  ['POST', /^\/v1\/payment_methods\/(\w+)\/detach$/, detach],
  ['GET', /^\/v1\/balance$/, () => ({ object: 'balance', livemode: false, available: [] })],
];

function createSession(desk: StripeDesk, { body }: { body: string }): unknown {
  const form = readForm(body, SESSION_FIELDS);
  if (required(form, 'mode') !== 'payment') throw invalid('only payments are sold here');
  for (const name of ['success_url', 'cancel_url']) {
    if (!URL.canParse(required(form, name))) throw invalid('Not a valid URL', { param: name });
  }
  const { book } = desk;
  const line = inner(inner(form, 'line_items'), '0');
  const price = inner(line, 'price_data');
  if (required(inner(price, 'product_data'), 'name').length > 250) throw invalid('too long a name');
  const { amount, currency } = sumOf(price, 'unit_amount');
  const reference = required(form, 'client_reference_id');
  if (reference.length > 200) throw invalid('client_reference_id is too long');
  const intentData = inner(form, 'payment_intent_data');
  const id = book.id('cs_test');
  const session: StripeSession = {
    ...{ id, object: 'checkout.session', status: 'open', payment_status: 'unpaid' },
    ...{ payment_intent: null, url: `${desk.baseUrl()}/pay/${id}`, currency },
    amount_total: amount * whole(line, 'quantity'),
    client_reference_id: reference,
    metadata: metadataOf(form),
    expires_at: endOf(desk, form),
    intent: {
      metadata: metadataOf(intentData),
      setup_future_usage: text(intentData, 'setup_future_usage') ?? null,
    },
    savesCustomer: text(form, 'customer_creation') === 'always',
  };
  book.sessions.set(id, session);
  return session;
}

/** Half an hour to a day, a day when nothing is said. */
function endOf({ nowSeconds }: StripeDesk, form: Form): number {
  if (text(form, 'expires_at') === undefined) return nowSeconds() + 86_400;
  const end = whole(form, 'expires_at');
  const left = end - nowSeconds();
  if (left < 1_800 || left > 86_400)
    throw invalid('expires_at is out of bounds', { param: 'expires_at' });
  return end;
}

function showSession({ book }: StripeDesk, { id, query }: { id: string; query: string }): unknown {
  const session = found(book.sessions, id, 'checkout.session');
  const expand = expansions(query, []);
  const intent = session.payment_intent && book.intents.get(session.payment_intent);
  if (!intent || !expand.some((path) => path.startsWith('payment_intent'))) return session;
  const within = expand.map((path) => path.replace(/^payment_intent\.?/, ''));
  return { ...session, payment_intent: book.shownIntent(intent, within) };
}

function expireSession({ book }: StripeDesk, { id }: { id: string }): unknown {
  const session = found(book.sessions, id, 'checkout.session');
  if (session.status !== 'open')
    throw invalid('Only Checkout Sessions with a status in ["open"] can be expired.');
  Object.assign(session, { status: 'expired', url: null });
  return session;
}

function showIntent({ book }: StripeDesk, { id, query }: { id: string; query: string }): unknown {
  return book.shownIntent(found(book.intents, id, 'payment_intent'), expansions(query, []));
}

function listIntents({ book }: StripeDesk, { query }: { query: string }): unknown {
  const form = readForm(query, LIST_FIELDS);
  const { limit, expand } = paging(form, query);
  const created = inner(form, 'created');
  const from = Number(text(created, 'gte') ?? 0);
  const to = Number(text(created, 'lt') ?? Infinity);
  const all = [...book.intents.values()]
    .reverse()
    .filter((intent) => intent.created >= from && intent.created < to);
  const after = text(form, 'starting_after');
  const start = after === undefined ? 0 : all.findIndex((intent) => intent.id === after) + 1;
  const data = all.slice(start, start + limit);
  return listed(
    data.map((intent) => book.shownIntent(intent, expand)),
    start + limit < all.length,
  );
}

function searchIntents({ book }: StripeDesk, { query }: { query: string }): unknown {
  const form = readForm(query, [/^(query|limit|page)$/, EXPAND]);
  const [, name, value] = /^metadata\['([\w-]+)'\]:'([^']*)'$/.exec(required(form, 'query')) ?? [];
  if (name === undefined) throw invalid('We were unable to parse your search query.');
  const { limit, expand } = paging(form, query);
  const data = [...book.intents.values()]
    .reverse()
    .filter(({ id, metadata }) => metadata[name] === value && !book.unindexed.has(id))
    .slice(0, limit);
  return {
    ...listed(
      data.map((intent) => book.shownIntent(intent, expand)),
      false,
    ),
    object: 'search_result',
  };
}

/** Charges a kept method of a customer at once, as an off-session payment. */
function chargeMethod(desk: StripeDesk, { body }: { body: string }): unknown {
  const { book } = desk;
  const form = readForm(body, CHARGE_FIELDS);
  const { amount, currency } = sumOf(form, 'amount');
  const customer = required(form, 'customer');
  if (!book.customers.has(customer)) throw missing(`customer: '${customer}'`, 'customer');
  const method = found(book.methods, required(form, 'payment_method'), 'PaymentMethod');
  if (method.customer !== customer)
    throw missing(`PaymentMethod: '${method.id}'`, 'payment_method');
  if (text(form, 'off_session') !== 'true' || text(form, 'confirm') !== 'true') {
    throw invalid('a payer would have to confirm this; a return_url is missing');
  }
  if (text(inner(form, 'payment_method_types'), '0') !== method.type) {
    throw invalid('you must provide a return_url for other methods than the saved one');
  }
  const intent: StripeIntent = {
    ...{ id: book.id('pi'), object: 'payment_intent', status: 'requires_confirmation' },
    ...{ amount, amount_received: 0, currency, created: desk.nowSeconds() },
    ...{ metadata: metadataOf(form), setup_future_usage: null, latest_charge: null },
    ...{ last_payment_error: null, customer, payment_method: method.id },
  };
  book.intents.set(intent.id, intent);
  const verdict = desk.verdictOn(method.id);
  if (verdict === 'requires_action') intent.status = 'requires_action';
  else if (verdict) throw declined(intent, verdict);
  else book.take(intent);
  return intent;
}

function declined(intent: StripeIntent, error: PaymentError): StripeProblem {
  Object.assign(intent, { status: 'requires_payment_method', last_payment_error: error });
  return new StripeProblem(402, { ...error, payment_intent: intent });
}

function listRefunds({ book }: StripeDesk, { query }: { query: string }): unknown {
  const form = readForm(query, [/^(payment_intent|limit)$/]);
  const id = required(form, 'payment_intent');
  found(book.intents, id, 'payment_intent');
  return listed(book.refundsOf(id), false);
}

function refund({ book }: StripeDesk, { body }: { body: string }): unknown {
  const form = readForm(body, [/^(payment_intent|amount)$/, METADATA]);
  const intent = found(book.intents, required(form, 'payment_intent'), 'payment_intent');
  const charge = book.charges.get(intent.latest_charge ?? '');
  if (!charge) throw invalid('This PaymentIntent does not have a successful charge to refund.');
  if (charge.refunded) {
    throw invalid('Charge has already been refunded.', { code: 'charge_already_refunded' });
  }
  const amount = whole(form, 'amount');
  if (amount > charge.amount - charge.amount_refunded) {
    throw invalid('Refund amount is greater than unrefunded amount on charge');
  }
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  const made: StripeRefund = {
    ...{ id: book.id('re'), object: 'refund', amount, currency: charge.currency },
    ...{ payment_intent: intent.id, charge: charge.id, metadata: metadataOf(form) },
    status: 'succeeded',
  };
  book.refunds.set(made.id, made);
  return made;
}

function listDisputes({ book }: StripeDesk, { query }: { query: string }): unknown {
  const form = readForm(query, [/^(payment_intent|limit)$/]);
  const id = required(form, 'payment_intent');
  return listed(
    book.disputes.filter((dispute) => dispute.payment_intent === id),
    false,
  );
}

function detach({ book }: StripeDesk, { id }: { id: string }): unknown {
  const method = found(book.methods, id, 'PaymentMethod');
  if (method.customer === null) {
    throw invalid(
      'The payment method you provided is not attached to a customer so detachment is impossible.',
    );
  }
  method.customer = null;
  return method;
}

function found<Kept>(kept: ReadonlyMap<string, Kept>, id: string, what: string): Kept {
  const one = kept.get(id);
  if (one === undefined) throw missing(`${what}: '${id}'`, 'id');
  return one;
}

function listed(data: readonly unknown[], hasMore: boolean) {
  return { object: 'list', data, has_more: hasMore, url: '/v1' };
}

function paging(form: Form, query: string): { limit: number; expand: readonly string[] } {
  const limit = whole(form, 'limit');
  if (limit < 1 || limit > 100) throw invalid('limit must be between 1 and 100');
  return { limit, expand: expansions(query, ['data.']) };
}

function expansions(query: string, prefixes: readonly string[]): readonly string[] {
  const paths = [...new URLSearchParams(query)]
    .filter(([name]) => name.startsWith('expand'))
    .map(([, path]) => path);
  return paths.map((path) => prefixes.reduce((left, prefix) => left.replace(prefix, ''), path));
}
