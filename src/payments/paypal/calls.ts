import { z } from 'zod';
import { asForm, basicAuth, callJson } from '../outgoing';
import type { JsonAnswer } from '../outgoing';
import { wireKey } from '../wire-key';
import type { CertificateTrust } from './certificates';

export interface PaypalSettings {
  readonly clientId: string;
  readonly secret: string;
  /** Names our webhook; every signature is made over it. */
  readonly webhookId: string;
  /** https://api-m.paypal.com or https://api-m.sandbox.paypal.com, without a slash at the end, or an emulator. */
  readonly baseUrl: string;
  /** Ten seconds when absent. */
  readonly timeoutMs?: number;
  /** The real time, by which tokens end; the machine's when absent. */
  readonly nowMs?: () => number;
  /** Whose certificates sign notifications; PayPal's own when absent, and always in production. */
  readonly certificates?: CertificateTrust;
}

/** What an answer permits to conclude. */
export type PaypalAnswer =
  | { readonly kind: 'answer'; readonly body: unknown }
  /** PayPal understood the request and did not do it. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      /** PayPal's word for it, such as `ORDER_ALREADY_CAPTURED`. */
      readonly issue: string;
      readonly reason: string;
    }
  /** The credentials do not open this door; nothing was done. */
  | { readonly kind: 'locked_out'; readonly status: number; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type PaypalCall = (request: {
  readonly path: string;
  /** Sent with POST; without it the call only looks. */
  readonly body?: unknown;
  /** Ours; whatever changes something carries one. */
  readonly key?: string;
}) => Promise<PaypalAnswer>;

const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().int().min(0).max(10_000_000),
});
const errorSchema = z.object({
  name: z.string().min(1),
  message: z.string().optional(),
  details: z
    .array(z.object({ issue: z.string().optional(), description: z.string().optional() }))
    .optional(),
});

/** Where a refused key or a request still under way is no decision about the request itself. */
const UNDECIDED: ReadonlySet<string> = new Set([
  'DUPLICATE_REQUEST_ID',
  'PREVIOUS_REQUEST_IN_PROGRESS',
  'ORDER_CAPTURE_IN_PROGRESS',
]);

/** Calls PayPal with an access token, which is kept until it ends; a token refused before its end is renewed once. */
export function paypalCall(settings: PaypalSettings): PaypalCall {
  const { baseUrl, timeoutMs = 10_000 } = settings;
  const tokens = tokenSource(settings);
  return async ({ path, body, key }) => {
    for (let isSecond = false; ; isSecond = true) {
      const token = await tokens.current();
      if (typeof token !== 'string') return token;
      const answer = await callJson({
        method: body === undefined ? 'GET' : 'POST',
        url: `${baseUrl}${path}`,
        headers: {
          authorization: `Bearer ${token}`,
          prefer: 'return=representation',
          ...(key === undefined ? {} : { 'paypal-request-id': wireKey(key) }),
        },
        body,
        timeoutMs,
      });
      const isStale = answer.kind === 'answer' && answer.status === 401;
      if (!isStale || isSecond) return judged(answer);
      tokens.forget(token);
    }
  };
}

/** Why a call is not clear, in the words of every outcome. */
export function unclear({ reason }: { readonly reason: string }) {
  return { kind: 'unknown', reason } as const;
}

type Token = string | Exclude<PaypalAnswer, { kind: 'answer' }>;

/** One token for all calls, asked for once however many wait for it. */
function tokenSource(settings: PaypalSettings) {
  const nowMs = settings.nowMs ?? Date.now;
  let held: { readonly token: string; readonly untilMs: number } | undefined;
  let coming: Promise<Token> | undefined;
  const renew = async (): Promise<Token> => {
    const askedMs = nowMs();
    const told = await askToken(settings);
    if (typeof told === 'string' || !('token' in told)) return told;
    held = { token: told.token, untilMs: askedMs + told.lifeMs };
    return told.token;
  };
  return {
    current: async (): Promise<Token> => {
      if (held && nowMs() < held.untilMs) return held.token;
      coming ??= renew().finally(() => {
        coming = undefined;
      });
      return coming;
    },
    forget: (token: string): void => {
      if (held?.token === token) held = undefined;
    },
  };
}

/** Seconds before its end at which a token is not used any more. */
const TOKEN_MARGIN_SECONDS = 60;

async function askToken({ baseUrl, clientId, secret, timeoutMs = 10_000 }: PaypalSettings) {
  const form = asForm({ grant_type: 'client_credentials' });
  const answer = await callJson({
    ...{ method: 'POST', url: `${baseUrl}/v1/oauth2/token`, bodyText: form.bodyText, timeoutMs },
    headers: { ...basicAuth(clientId, secret), ...form.headers },
  });
  if (answer.kind === 'unknown') return answer;
  const { status } = answer;
  if (status === 401 || status === 403) return lockedOut(status);
  const read = tokenSchema.safeParse(answer.body);
  if (status !== 200 || !read.success) {
    return unclear({ reason: `PayPal gave no access token (${status})` });
  }
  const lifeMs = Math.max(0, read.data.expires_in - TOKEN_MARGIN_SECONDS) * 1_000;
  return { token: read.data.access_token, lifeMs };
}

function judged(answer: JsonAnswer): PaypalAnswer {
  if (answer.kind === 'unknown') return answer;
  const { status, body } = answer;
  if (status >= 200 && status < 300) return { kind: 'answer', body };
  if (status === 401 || status === 403) return lockedOut(status);
  const told = errorSchema.safeParse(body);
  if (!told.success || status < 400 || status === 409 || status === 429) {
    return unclear({ reason: `PayPal’s answer (${status}) permits no conclusion` });
  }
  const [detail] = told.data.details ?? [];
  const issue = detail?.issue ?? told.data.name;
  if (UNDECIDED.has(issue)) return unclear({ reason: `PayPal answered ${issue}` });
  const reason = (detail?.description ?? told.data.message ?? issue).slice(0, 300);
  return { kind: 'refused', status, issue, reason };
}

function lockedOut(status: number) {
  const reason = `PayPal does not accept the credentials for this (${status})`;
  return { kind: 'locked_out', status, reason } as const;
}
