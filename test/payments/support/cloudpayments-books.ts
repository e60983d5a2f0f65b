import { z } from 'zod';

// What the terminal remembers: links, operations and card tokens. Parameters are checked by name, kind and number.

export interface Operation {
  readonly TransactionId: number;
  readonly Amount: number;
  readonly Currency: string;
  readonly InvoiceId: string | null;
  readonly AccountId: string | null;
  readonly JsonData: string | null;
  readonly CreatedDateIso: string;
  readonly ConfirmDateIso: string | null;
  Status: string;
  readonly ReasonCode: number;
  readonly Type: number;
  Refunded: boolean;
  readonly OriginalTransactionId: number | null;
  readonly Token: string | null;
  readonly CardLastFour: string;
  readonly CardType: string;
  readonly CardExpDate: string;
}

interface Link {
  readonly Id: string;
  readonly terms: z.infer<typeof orderSchema>;
  isCancelled: boolean;
}

export interface Payment {
  readonly status?: 'Completed' | 'Authorized' | 'Declined' | 'AwaitingAuthentication';
  readonly reasonCode?: number;
  readonly isTokenKept?: boolean;
}

export interface CloudpaymentsBooks {
  handle(path: string, body: string): unknown;
  /** The payer pays the link of an order; refuses a link that was taken back. */
  pay(invoiceNo: number, payment?: Payment): Operation;
  /** Money given back in the cabinet, without our key. */
  refundByHand(transactionId: number, amount: number): Operation;
  readonly operations: Operation[];
  /** ReasonCode of the next charges by token; 0 is a charge that succeeds. */
  decline(reasonCode: number): void;
  /** The next charge by token is answered with a demand for 3-D Secure. */
  challenge(): void;
  /** Instants of what is registered next, `YYYY-MM-DDTHH:mm:ss`. */
  setNow(iso: string): void;
}

const CURRENCIES = ['RUB', 'USD', 'EUR', 'GBP'] as const;
const money = z.number().min(0.01).multipleOf(0.01);
const orderSchema = z.strictObject({
  Amount: money,
  Currency: z.enum(CURRENCIES).default('RUB'),
  Description: z.string().min(1),
  InvoiceId: z.string().optional(),
  AccountId: z.string().optional(),
  CultureName: z.enum(['ru-RU', 'en-US', 'kk-KZ']).optional(),
  SuccessRedirectUrl: z.url().optional(),
  FailRedirectUrl: z.url().optional(),
  JsonData: z.record(z.string(), z.unknown()).optional(),
});
const chargeSchema = z.strictObject({
  Amount: money,
  Currency: z.enum(CURRENCIES).default('RUB'),
  AccountId: z.string().min(1),
  Token: z.string().min(1),
  TrInitiatorCode: z.literal(0),
  // Has to be said where the merchant begins the charge.
  PaymentScheduled: z.union([z.literal(0), z.literal(1)]),
  InvoiceId: z.string().optional(),
  Description: z.string().optional(),
  JsonData: z.record(z.string(), z.unknown()).optional(),
});
const refundSchema = z.strictObject({
  TransactionId: z.number().int(),
  Amount: money,
  JsonData: z.record(z.string(), z.unknown()).optional(),
});
const operationRefSchema = z.strictObject({ TransactionId: z.number().int() });
const listSchema = z.strictObject({
  CreatedDateGte: z.string(),
  CreatedDateLte: z.string(),
  PageNumber: z.number().int().min(1),
  TimeZone: z.literal('UTC').optional(),
});

interface Shelf {
  readonly links: Link[];
  readonly operations: Operation[];
  reasonCode: number;
  isChallenged: boolean;
  now: string;
}

const yes = (Model?: unknown) => ({ Success: true, Message: null, ...(Model ? { Model } : {}) });
const no = (Message: string, Model?: unknown) => ({
  Success: false,
  Message,
  ...(Model ? { Model } : {}),
});

export function cloudpaymentsBooks(): CloudpaymentsBooks {
  const shelf: Shelf = {
    links: [],
    operations: [],
    reasonCode: 0,
    isChallenged: false,
    now: '2026-03-09T11:12:54',
  };
  return {
    handle: (path, body) => handle(shelf, path, body),
    pay: (invoiceNo, payment = {}) => pay(shelf, invoiceNo, payment),
    refundByHand: (id, amount) => giveBack(shelf, { TransactionId: id, Amount: amount }),
    operations: shelf.operations,
    decline: (reasonCode) => {
      shelf.reasonCode = reasonCode;
    },
    challenge: () => {
      shelf.isChallenged = true;
    },
    setNow: (iso) => {
      shelf.now = iso;
    },
  };
}

function handle(shelf: Shelf, path: string, body: string): unknown {
  const fields: unknown = JSON.parse(body);
  // An amount has to be a number of at most two places as it is written, not only as it is read.
  if (/"Amount":(?!\d+(\.\d{1,2})?[,}])/.test(body)) return no('Invalid Amount value');
  const route = ROUTES[path];
  return route ? route(shelf, fields) : no('Unknown method');
}

type Route = (shelf: Shelf, fields: unknown) => unknown;

const ROUTES: Readonly<Record<string, Route>> = {
  '/test': () => ({ Success: true, Message: 'bd6353c3-0ed6-4a65-946f-083664bf8dbd' }),
  '/orders/create': (shelf, fields) => {
    const terms = orderSchema.safeParse(fields);
    if (!terms.success) return no(terms.error.issues[0]?.path.join('.') ?? 'Invalid');
    const Id = `link${shelf.links.length + 1}`;
    shelf.links.push({ Id, terms: terms.data, isCancelled: false });
    return yes({ Id, Number: shelf.links.length, Url: `https://orders.cloudpayments.ru/d/${Id}` });
  },
  '/orders/cancel': (shelf, fields) => {
    const { Id } = z.strictObject({ Id: z.string() }).parse(fields);
    const link = shelf.links.find((each) => each.Id === Id);
    if (link) link.isCancelled = true;
    return link ? yes() : no('Not found');
  },
  '/payments/tokens/charge': charge,
  '/payments/get': (shelf, fields) => {
    const { TransactionId: id } = operationRefSchema.parse(fields);
    return found(shelf.operations.find(({ TransactionId }) => TransactionId === id));
  },
  '/v2/payments/find': (shelf, fields) => {
    const { InvoiceId: no } = z.strictObject({ InvoiceId: z.string() }).parse(fields);
    return found(shelf.operations.findLast(({ InvoiceId }) => InvoiceId === no));
  },
  '/v2/payments/list': (shelf, fields) => {
    const { CreatedDateGte: from, CreatedDateLte: to, PageNumber } = listSchema.parse(fields);
    const all = shelf.operations.filter(({ CreatedDateIso }) => {
      const at = Date.parse(`${CreatedDateIso}Z`);
      return at >= Date.parse(from) && at <= Date.parse(to);
    });
    return yes(all.slice((PageNumber - 1) * 100, PageNumber * 100));
  },
  '/payments/refund': (shelf, fields) => {
    const request = refundSchema.safeParse(fields);
    if (!request.success) return no('Invalid refund');
    const payment = shelf.operations.find(
      ({ TransactionId }) => TransactionId === request.data.TransactionId,
    );
    if (payment?.Status !== 'Completed') return no('Not found');
    const left = payment.Amount - given(shelf, payment);
    if (request.data.Amount > left + 0.001) return no('Amount exceeds the payment');
    return yes({ TransactionId: giveBack(shelf, request.data).TransactionId });
  },
  '/payments/void': (shelf, fields) => {
    const { TransactionId: id } = operationRefSchema.parse(fields);
    const payment = shelf.operations.find(({ TransactionId }) => TransactionId === id);
    if (payment?.Status !== 'Authorized') return no('Not authorized');
    payment.Status = 'Cancelled';
    return yes();
  },
};

/** A declined operation is found all the same, without "Success". */
function found(operation: Operation | undefined): unknown {
  if (!operation) return no('Not found');
  return operation.Status === 'Declined' ? no('', operation) : yes(operation);
}

function charge(shelf: Shelf, fields: unknown): unknown {
  const request = chargeSchema.safeParse(fields);
  if (!request.success) return no(request.error.issues[0]?.path.join('.') ?? 'Invalid');
  const { Token, AccountId } = request.data;
  const isKnown = shelf.operations.some(
    (each) => each.Token === Token && each.AccountId === AccountId,
  );
  if (!isKnown) return no('Token is not found');
  if (shelf.isChallenged) {
    shelf.isChallenged = false;
    return no('', { TransactionId: 1, PaReq: 'x', AcsUrl: 'https://acs.example/' });
  }
  const status = shelf.reasonCode === 0 ? 'Completed' : 'Declined';
  const operation = register(shelf, request.data, { status, reasonCode: shelf.reasonCode });
  return status === 'Completed' ? yes(operation) : no('', operation);
}

function pay(shelf: Shelf, invoiceNo: number, payment: Payment): Operation {
  const link = shelf.links.findLast(({ terms }) => terms.InvoiceId === String(invoiceNo));
  if (!link || link.isCancelled) throw new Error(`order ${invoiceNo} has no link that can be paid`);
  return register(shelf, link.terms, payment);
}

interface Terms {
  readonly Amount: number;
  readonly Currency: string;
  readonly InvoiceId?: string | undefined;
  readonly AccountId?: string | undefined;
  readonly JsonData?: unknown;
}

function register(shelf: Shelf, terms: Terms, payment: Payment): Operation {
  const { status = 'Completed', reasonCode = 0, isTokenKept = true } = payment;
  const TransactionId = 897_749_645 + shelf.operations.length;
  const operation: Operation = {
    TransactionId,
    Amount: terms.Amount,
    Currency: terms.Currency,
    InvoiceId: terms.InvoiceId ?? null,
    AccountId: terms.AccountId ?? null,
    JsonData: terms.JsonData === undefined ? null : JSON.stringify(terms.JsonData),
    CreatedDateIso: shelf.now,
    ConfirmDateIso: status === 'Completed' ? shelf.now : null,
    Status: status,
    ReasonCode: reasonCode,
    Type: 0,
    Refunded: false,
    OriginalTransactionId: null,
    Token: isTokenKept && status === 'Completed' ? `tk_${terms.AccountId}` : null,
    CardLastFour: '4242',
    CardType: 'Visa',
    CardExpDate: '12/28',
  };
  shelf.operations.push(operation);
  return operation;
}

interface GivenBack {
  readonly TransactionId: number;
  readonly Amount: number;
  readonly JsonData?: unknown;
}

function giveBack(shelf: Shelf, { TransactionId: id, Amount, JsonData }: GivenBack): Operation {
  const payment = shelf.operations.find(({ TransactionId }) => TransactionId === id);
  if (!payment) throw new Error(`operation ${id} is not there`);
  const refund: Operation = {
    ...payment,
    TransactionId: 897_749_645 + shelf.operations.length,
    Amount,
    JsonData: JsonData === undefined ? null : JSON.stringify(JsonData),
    CreatedDateIso: shelf.now,
    ConfirmDateIso: shelf.now,
    Type: 1,
    Refunded: false,
    OriginalTransactionId: id,
    Token: null,
  };
  shelf.operations.push(refund);
  payment.Refunded = true;
  return refund;
}

function given({ operations }: Shelf, { TransactionId: id }: Operation): number {
  return operations
    .filter(({ OriginalTransactionId }) => OriginalTransactionId === id)
    .reduce((sum, { Amount }) => sum + Amount, 0);
}
