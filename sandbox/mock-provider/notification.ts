import { randomBytes } from 'node:crypto';
import { minorOf, textOf } from './amount';
import { disputeFields } from './disputes';
import type { MockNotification, MockPayment, PaymentState, Script } from './model';
import type { Signatures } from './signature';

export interface NotificationPlan {
  readonly payment: MockPayment;
  readonly script: Script;
  readonly signatures: Signatures;
}

/** The signed notifications of a script: one group per state, in sending order, each with all its copies. */
export function plannedNotifications(plan: NotificationPlan): MockNotification[][] {
  const states = plan.script.states ?? [plan.payment.state];
  const copies = Math.max(1, plan.script.duplicates ?? 1);
  return states.map((state) =>
    Array.from({ length: copies }, (_, copy) => notification(plan, state, copy)),
  );
}

function notification(plan: NotificationPlan, state: PaymentState, copy: number): MockNotification {
  const { payment, script } = plan;
  const variant = script.variants === true ? copy : 0;
  const fields = signedFields(plan, state, variant);
  const isJson = script.format === 'json' || variant % 4 === 3;
  return {
    id: `mn_${randomBytes(9).toString('hex')}`,
    paymentId: payment.id,
    state,
    contentType: isJson ? 'application/json' : 'application/x-www-form-urlencoded',
    body: isJson ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
    expects: `OK${payment.invoiceNo}`,
    status: script.drop === true ? 'dropped' : 'waiting',
    attempts: 0,
    last: undefined,
    nextAtMs: Date.now() + (script.delayMs ?? 0),
    createdAt: new Date().toISOString(),
  };
}

function signedFields(
  { payment, script, signatures }: NotificationPlan,
  state: PaymentState,
  variant: number,
): Record<string, string> {
  const outSum = sumText(payment, variant);
  const shp = {
    ...payment.shp,
    ...disputeFields(payment),
    Shp_currency: payment.currency,
    Shp_paid_at: payment.paidAt,
    Shp_payment_id: payment.id,
    Shp_state: state,
  };
  const signature = signatures.result(outSum, payment.invoiceNo, shp);
  return {
    OutSum: outSum,
    InvId: payment.invoiceNo,
    Fee: `${variant}.00`,
    EMail: variant === 0 ? 'payer@example.test' : `payer+${variant}@example.test`,
    SignatureValue: (script.badSignature === true ? spoiled(signature) : signature).toUpperCase(),
    PaymentMethod: METHODS[variant % METHODS.length] ?? 'BankCard',
    IncCurrLabel: `${METHODS[variant % METHODS.length] ?? 'BankCard'}PSR`,
    ...shp,
  };
}

const METHODS = ['BankCard', 'SBP', 'YandexPay', 'MirPay'];

/** Two, six or no decimals: the same money, another text, and so another signature. */
function sumText({ outSum, currency }: MockPayment, variant: number): string {
  if (variant % 3 === 0) return outSum;
  const minor = minorOf(outSum, currency);
  if (minor === undefined) return outSum;
  const [whole = '0', fraction = ''] = textOf(minor, currency).split('.');
  if (variant % 3 === 1) return `${whole}.${fraction.padEnd(6, '0')}`;
  return /[1-9]/.test(fraction) ? outSum : whole;
}

function spoiled(signature: string): string {
  return (signature.startsWith('0') ? '1' : '0') + signature.slice(1);
}
