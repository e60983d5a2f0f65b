import type { Request, RequestHandler, Response } from 'express';
import type { Scope } from '../../domain/billing/api-scopes';
import type { ApiKeyView } from '../../reads/api';
import { createKeyring } from '../api/keyring';
import { peerOf } from '../api/peer';
import { isInForce, presentedKey, provedKey } from '../api/proof';
import { exceeded } from '../api/quotas';
import { answerProblem } from '../problem';
import { within } from '../time-limit';
import type { CodecParts } from './ports';
import { createSessions, SESSION_MS } from './session';

/** What a key needs to have payloads read, or written: whoever may read one may write one. */
const SCOPE: Scope = 'payloads:read';

/** How long PostgreSQL may take to say who asks. */
const PATIENCE_MS = 5_000;

/** Who reads, and whether by a key or by a session that a key began. */
export interface Reader {
  readonly key: ApiKeyView;
  readonly by: 'key' | 'session';
}

/** The door of the codec server. */
export interface Door {
  /** Lets readers in and answers everybody else 401; nothing of the body is read before. */
  readonly enter: RequestHandler;
  /** The reader behind a bearer or a cookie; undefined for everybody else. */
  readerOf(request: Request): Promise<Reader | undefined>;
  /** The cookie of twelve hours for a typed key; undefined when it opens nothing. */
  begin(typed: string): Promise<{ readonly key: ApiKeyView; readonly cookie: string } | undefined>;
  /** The cookie that ends the session. */
  readonly ended: string;
  /** Counts a refusal against the address it came from; false when there were too many and 429 is answered. */
  countRefusal(request: Request, response: Response): Promise<boolean>;
}

export function createDoor(parts: CodecParts): Door {
  const { settings, clock, records } = parts;
  const findKey = createKeyring(parts);
  const proving = { findKey, pepper: settings.apiKeyPepper, clock };
  const sessions = createSessions(settings.apiKeyPepper);
  const cookie = cookieOf(settings.publicUrl);
  const prove = (typed: string | undefined) =>
    within(PATIENCE_MS, () => provedKey(proving, typed)).then(allowed);
  const remembered = async (request: Request): Promise<ApiKeyView | undefined> => {
    const claim = sessions.read(cookie.read(request) ?? '');
    if (!claim || claim.untilMs <= clock.nowMs()) return undefined;
    const key = await within(PATIENCE_MS, () => findKey(claim.prefix));
    // An unknown beginning costs as much as a known one.
    const isSealed = sessions.isSealed(claim, key?.hash ?? Buffer.alloc(32));
    return key && isSealed && isInForce(key, clock.nowMs()) ? allowed(key) : undefined;
  };
  const readerOf = async (request: Request): Promise<Reader | undefined> => {
    const isKeySent = request.get('authorization') !== undefined;
    const key = isKeySent ? await prove(presentedKey(request)) : await remembered(request);
    return key && { key, by: isKeySent ? 'key' : 'session' };
  };
  const countRefusal = async (request: Request, response: Response): Promise<boolean> => {
    const claims = [{ scope: 'address', id: peerOf(request.ip) }] as const;
    const refusal = exceeded(await within(PATIENCE_MS, () => records.takeCall(claims)));
    if (!refusal) return true;
    response.set(refusal.headers ?? {});
    answerProblem(response, 429, refusal.detail);
    return false;
  };
  return {
    readerOf,
    countRefusal,
    ended: cookie.write('', 0),
    begin: async (typed) => {
      const key = await prove(typed);
      const value = key && sessions.begin(key, clock.nowMs());
      return key && value ? { key, cookie: cookie.write(value, SESSION_MS / 1_000) } : undefined;
    },
    enter: async (request, response, next) => {
      response.set('cache-control', 'no-store');
      const reader = await readerOf(request);
      if (reader) {
        readers.set(response, reader);
        return next();
      }
      if (await countRefusal(request, response)) refuse(request, response);
    },
  };
}

/** The reader of a request that came through the door. */
export function readerBehind(response: Response): Reader {
  const reader = readers.get(response);
  if (!reader) throw new Error('this route is not behind the door');
  return reader;
}

const readers = new WeakMap<Response, Reader>();

function allowed(key: ApiKeyView | undefined): ApiKeyView | undefined {
  return key?.scopes.includes(SCOPE) ? key : undefined;
}

/** One answer for every refusal: which keys exist, and what they may, is nobody's business. */
function refuse(request: Request, response: Response): void {
  const isSent = request.get('authorization') !== undefined;
  response.set('www-authenticate', isSent ? 'Bearer error="invalid_token"' : 'Bearer');
  const how = `Open /login with a key of the scope ${SCOPE}, or send it as a bearer.`;
  answerProblem(response, 401, how);
}

/** Over https the browser binds the cookie to this very host. Pages of other sites cannot send it. */
function cookieOf(publicUrl: string) {
  const isSecure = publicUrl.startsWith('https:');
  const name = isSecure ? '__Host-payloads' : 'payloads';
  const traits = `Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  return {
    write: (value: string, seconds: number) => `${name}=${value}; Max-Age=${seconds}; ${traits}`,
    read: (request: Request): string | undefined =>
      (request.get('cookie') ?? '')
        .split(/; */)
        .find((pair) => pair.startsWith(`${name}=`))
        ?.slice(name.length + 1),
  };
}
