import { createHmac } from 'node:crypto';
import type { Notification } from '../../../src/payments/notification';
import type { Operation } from './cloudpayments-books';
import { API_SECRET } from './cloudpayments-fake';

export type NoticeFormat = 'form' | 'json';

/** The fields of a notice about a payment, as the documentation lists them. */
export function noticeFields(operation: Operation): Record<string, string> {
  const isFailed = operation.Status === 'Declined';
  return {
    TransactionId: String(operation.TransactionId),
    Amount: operation.Amount.toFixed(2),
    Currency: operation.Currency,
    PaymentAmount: operation.Amount.toFixed(2),
    PaymentCurrency: operation.Currency,
    DateTime: operation.CreatedDateIso.replace('T', ' '),
    CardFirstSix: '424242',
    CardLastFour: operation.CardLastFour,
    CardType: operation.CardType,
    CardExpDate: operation.CardExpDate,
    TestMode: '1',
    OperationType: 'Payment',
    ...(isFailed
      ? { Reason: 'InsufficientFunds', ReasonCode: String(operation.ReasonCode) }
      : { Status: operation.Status, GatewayName: 'Test' }),
    ...(operation.InvoiceId === null ? {} : { InvoiceId: operation.InvoiceId }),
    ...(operation.AccountId === null ? {} : { AccountId: operation.AccountId }),
    ...(operation.JsonData === null ? {} : { Data: operation.JsonData }),
    ...(operation.Token === null ? {} : { Token: operation.Token }),
  };
}

/** The fields of a notice about money that went back. */
export function refundFields(refund: Operation): Record<string, string> {
  return {
    TransactionId: String(refund.TransactionId),
    PaymentTransactionId: String(refund.OriginalTransactionId),
    Amount: refund.Amount.toFixed(2),
    DateTime: refund.CreatedDateIso.replace('T', ' '),
    OperationType: 'Refund',
    ...(refund.InvoiceId === null ? {} : { InvoiceId: refund.InvoiceId }),
    ...(refund.AccountId === null ? {} : { AccountId: refund.AccountId }),
  };
}

/** A genuine notice, proved by both headers. */
export function notice(
  type: string,
  fields: Record<string, string>,
  format: NoticeFormat = 'form',
): Notification {
  const isForm = format === 'form';
  const body = isForm ? new URLSearchParams(fields).toString() : JSON.stringify(fields);
  const decoded = isForm ? decodeURIComponent(body.replaceAll('+', ' ')) : body;
  return {
    rawBody: Buffer.from(body),
    headers: {
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      'content-hmac': hmac(body),
      'x-content-hmac': hmac(decoded),
    },
    query: `type=${type}`,
    peerAddress: '127.0.0.1',
    receivedAt: '2026-03-09T11:13:00.000Z',
  };
}

export function hmac(text: string): string {
  return createHmac('sha256', API_SECRET).update(text).digest('base64');
}
