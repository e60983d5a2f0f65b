import { randomUUID } from 'node:crypto';
import type { Reply } from './http-fake';
import type { RefundRequestBody } from './yookassa-requests';

// The objects YooKassa answers with, as its documentation shows them.

const PAGE = 3;

interface RefundAnswer {
  readonly id: string;
  readonly status: string;
  readonly request: RefundRequestBody;
}

export function confirmationOf(id: string, returnUrl: string) {
  const confirmation_url = `https://yoomoney.ru/checkout/payments/v2/contract?orderId=${id}`;
  return { type: 'redirect', return_url: returnUrl, confirmation_url };
}

export function methodBody(paymentId: string, methodId: string | undefined) {
  return {
    type: 'bank_card',
    id: methodId ?? paymentId,
    saved: methodId !== undefined,
    status: methodId === undefined ? 'inactive' : 'active',
    title: 'Bank card *4444',
    card: {
      first6: '555555',
      last4: '4444',
      expiry_month: '02',
      expiry_year: '2028',
      card_type: 'MasterCard',
    },
  };
}

export function refundBody({ id, status, request }: RefundAnswer): unknown {
  return { id, status, ...request, created_at: '2026-01-01T00:00:00.000Z' };
}

export function page(items: readonly unknown[], query: URLSearchParams): Reply {
  const limit = Number(query.get('limit') ?? '10');
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    return error(400, 'invalid_request', 'limit');
  }
  const start = Number(query.get('cursor') ?? '0');
  // Smaller pages than asked for are allowed, and make every reader turn them.
  const end = start + Math.min(limit, PAGE);
  const more = end < items.length ? { next_cursor: String(end) } : {};
  return { status: 200, body: { type: 'list', items: items.slice(start, end), ...more } };
}

export function minorOf(value: string): number {
  return Math.round(Number(value) * 100);
}

export function error(status: number, code: string, parameter?: string): Reply {
  const description = parameter === undefined ? code : `${parameter} is not valid`;
  return { status, body: { type: 'error', id: randomUUID(), code, description, parameter } };
}
