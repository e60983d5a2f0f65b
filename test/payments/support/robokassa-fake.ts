import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Outage } from '../contract';
import {
  refundPayload,
  resultSignature,
  stateSignature,
  successSignature,
  type Fields,
  type Shop,
} from './robokassa-formulas';
import { childFault, openingFault } from './robokassa-rules';
import { fail, json, read, xml, type Answer, type Received } from './robokassa-wire';
import { currenciesXml, operationXml, resultXml } from './robokassa-xml';

/** An operation as Robokassa keeps it. */
export interface FakeOperation {
  readonly invId: string;
  readonly outSum: string;
  readonly shp: Fields;
  readonly opKey: string;
  readonly isParent: boolean;
  readonly previous: string | undefined;
  readonly receipt: string | undefined;
  method: string;
  code: number;
}

interface FakeRefund {
  readonly id: string;
  readonly invId: string;
  readonly kopecks: number;
  label: 'processing' | 'finished' | 'canceled';
}

export interface RobokassaFake {
  readonly url: string;
  readonly shop: Shop;
  readonly operations: ReadonlyMap<string, FakeOperation>;
  readonly refunds: readonly FakeRefund[];
  /** Paths of the requests that came, oldest first. */
  readonly requests: readonly string[];
  /** Opens the payment page as a payer's browser does; throws with the page's error. */
  visit(link: string): Promise<FakeOperation>;
  /** The payer pays; returns the form that goes to ResultURL. */
  pay(invId: number, method?: string): string;
  /** Moves an operation to a state code without a notification. */
  move(invId: number, code: number): void;
  /** The query with which the payer comes back to SuccessURL. */
  successQuery(invId: number): string;
  resultForm(invId: number): string;
  /** What becomes of charges of saved cards, and of refunds, from now on. */
  script: {
    childCode: number;
    childAnswer: string | undefined;
    refundLabel: FakeRefund['label'];
    refundBody: 'jwt' | 'json';
  };
  breakNext(outage: Outage, requests?: number): void;
  /** The next request to this path has its effect, and its answer never comes. */
  breakAfter(path: string): void;
  stop(): Promise<void>;
}

interface RefundTerms {
  readonly OpKey?: string;
  readonly RefundSum?: number;
}

const SERVICE = '/Merchant/WebService/Service.asmx';

/** Robokassa, as strict as its document, for one shop. */
export async function startRobokassa(shop: Shop): Promise<RobokassaFake> {
  const operations = new Map<string, FakeOperation>();
  const refunds: FakeRefund[] = [];
  const requests: string[] = [];
  const pages = new Map<string, string>();
  const outage = { kind: 'hang' as Outage, left: 0 };
  const silent = new Set<string>();
  const script: RobokassaFake['script'] = {
    childCode: 50,
    childAnswer: undefined,
    refundLabel: 'finished',
    refundBody: 'jwt',
  };

  const need = (invId: number) => {
    const operation = operations.get(String(invId));
    if (!operation) throw new Error(`nobody opened ${invId}`);
    return operation;
  };

  const open = (fields: Fields): string | FakeOperation => {
    const fault = openingFault(shop, fields);
    if (fault !== undefined) return fault;
    const known = operations.get(fields['InvId'] ?? '');
    if (known) return known.outSum === fields['OutSum'] ? known : 'error 40: the number is taken';
    return begin(fields, { invId: fields['InvId'] ?? '', code: 5 });
  };

  const begin = (fields: Fields, { invId, code }: { invId: string; code: number }) => {
    const operation: FakeOperation = {
      ...{ invId, code, method: 'BankCard', outSum: fields['OutSum'] ?? '' },
      shp: Object.fromEntries(Object.entries(fields).filter(([name]) => /^Shp_/.test(name))),
      opKey: `${randomUUID()}-${invId}`,
      isParent: fields['Recurring'] === 'true',
      previous: fields['PreviousInvoiceID'],
      receipt: fields['Receipt'],
    };
    operations.set(invId, operation);
    return operation;
  };

  const page = (fields: Fields): Answer => {
    const opened = open(fields);
    if (typeof opened === 'string') return { status: 400, type: 'text/html', body: opened };
    return { type: 'text/html', body: `pay ${opened.outSum}` };
  };

  const openByCall = (fields: Fields): Answer => {
    const opened = open(fields);
    if (typeof opened === 'string') return json({ invoiceID: null, errorMessage: opened });
    const known = [...pages].find(([, invId]) => invId === opened.invId)?.[0];
    const id = known ?? randomUUID();
    pages.set(id, opened.invId);
    return json({ invoiceID: id });
  };

  const child = (fields: Fields): Answer => {
    const { InvoiceID = '', PreviousInvoiceID = '' } = fields;
    if (script.childAnswer !== undefined) return { type: 'text/html', body: script.childAnswer };
    const parent = operations.get(PreviousInvoiceID);
    const isChargeable = parent?.isParent && parent.code === 100 && parent.method === 'BankCard';
    const fault =
      childFault(shop, fields) ??
      (operations.has(InvoiceID) ? 'error 40: the number is taken' : undefined) ??
      (isChargeable ? undefined : 'the parent cannot be charged');
    if (fault !== undefined) return { type: 'text/html', body: `ERROR: ${fault}` };
    begin(fields, { invId: InvoiceID, code: script.childCode });
    return { type: 'text/html', body: `OK${InvoiceID}` };
  };

  const state = (fields: Fields): Answer => {
    const { MerchantLogin, InvoiceID = '', Signature = '' } = fields;
    if (MerchantLogin !== shop.login) return xml(resultXml(2));
    if (Signature.toLowerCase() !== stateSignature(shop, InvoiceID)) return xml(resultXml(1));
    const operation = shop.isTest ? undefined : operations.get(InvoiceID);
    return xml(operation ? operationXml(operation) : resultXml(3));
  };

  const refund = ({ body, type }: Received): Answer => {
    const isJson = script.refundBody === 'json';
    if (type !== (isJson ? 'application/json' : 'application/jwt'))
      return { status: 415, type: 'text/plain', body: 'unsupported media type' };
    const payload = refundPayload(shop, isJson ? (JSON.parse(body) as string) : body);
    if (payload === undefined || shop.isTest) return { status: 401, ...json({ message: 'key' }) };
    const { OpKey, RefundSum, ...more } = JSON.parse(payload) as RefundTerms;
    const operation = [...operations.values()].find(({ opKey }) => opKey === OpKey);
    const no = (message: string) => json({ success: false, message, requestId: null });
    if (Object.keys(more).length > 0) return no('BadRequest');
    if (operation?.code !== 100) return no('OperationNotFound');
    const paid = kopecksOf(operation.outSum);
    const kopecks = RefundSum === undefined ? paid : kopecksOf(RefundSum);
    if (givenBack(operation.invId) + kopecks > paid) return no('NotEnoughOperationFunds');
    const id = randomUUID();
    refunds.push({ id, invId: operation.invId, kopecks, label: 'processing' });
    return json({ success: true, message: null, requestId: id });
  };

  const givenBack = (invId: string) =>
    refunds
      .filter((made) => made.invId === invId && made.label !== 'canceled')
      .reduce((sum, { kopecks }) => sum + kopecks, 0);

  const refundState = ({ id }: Fields): Answer => {
    const made = refunds.find((known) => known.id === id);
    if (!made) return { status: 404, ...json({ message: 'request id does not exist' }) };
    if (made.label === 'processing') made.label = script.refundLabel;
    return json({ requestId: made.id, amount: made.kopecks / 100, label: made.label });
  };

  const route = (received: Received): Answer => {
    const { path, method, fields, query } = received;
    if (query.length > 2_048) return { status: 404, type: 'text/html', body: 'query too long' };
    const isPost = method === 'POST';
    if (path === '/Merchant/Index.aspx') return page(fields);
    if (path === '/Merchant/Indexjson.aspx' && isPost) return openByCall(fields);
    if (path === '/Merchant/Recurring' && isPost) return child(fields);
    if (path === `${SERVICE}/OpStateExt`) return state(fields);
    if (path === `${SERVICE}/GetCurrencies`)
      return xml(fields['MerchantLogin'] === shop.login ? currenciesXml() : resultXml(2));
    if (path === '/RefundService/Refund/Create' && isPost) return refund(received);
    if (path === '/RefundService/Refund/GetState') return refundState(fields);
    const opened = operations.get(pages.get(path.replace('/Merchant/Index/', '')) ?? '');
    if (opened) return { type: 'text/html', body: `pay ${opened.outSum}` };
    return { status: 404, type: 'text/html', body: 'no such page' };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const received = await read(request);
    requests.push(received.path);
    if (outage.left > 0) {
      outage.left -= 1;
      return fail(outage.kind, request, response);
    }
    const { status = 200, type, body } = route(received);
    if (silent.delete(received.path)) return;
    response.writeHead(status, { 'content-type': type }).end(body);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.writeHead(400).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const resultForm = (invId: number) => {
    const { outSum, shp, method } = need(invId);
    const fields = {
      OutSum: shop.isTest ? outSum : `${outSum}0000`,
      ...{ InvId: String(invId), Fee: '0.00', EMail: 'payer@example.com' },
      ...{ PaymentMethod: method, IncCurrLabel: 'QCardR' },
      ...(shop.isTest ? { IsTest: '1' } : {}),
      ...shp,
    };
    const SignatureValue = resultSignature(shop, fields);
    return new URLSearchParams({ ...fields, SignatureValue }).toString();
  };

  return {
    ...{ url, shop, operations, refunds, requests, script, resultForm },
    visit: async (link) => {
      const response = await fetch(link);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`the page says ${text}`);
      const { pathname, searchParams } = new URL(link);
      const paged = pages.get(pathname.replace('/Merchant/Index/', ''));
      return need(Number(paged ?? searchParams.get('InvId')));
    },
    pay: (invId, method = 'BankCard') => {
      Object.assign(need(invId), { code: 100, method });
      return resultForm(invId);
    },
    move: (invId, code) => {
      need(invId).code = code;
    },
    successQuery: (invId) => {
      const { outSum, shp } = need(invId);
      const fields = { OutSum: outSum, InvId: String(invId), Culture: 'ru', ...shp };
      const SignatureValue = successSignature(shop, fields);
      return new URLSearchParams({ ...fields, SignatureValue }).toString();
    },
    breakNext: (kind, left = 1) => {
      Object.assign(outage, { kind, left });
    },
    breakAfter: (path) => {
      silent.add(path);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function kopecksOf(sum: string | number): number {
  return Math.round(Number(sum) * 100);
}
