import pino from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { standpoint } from './tracing/spans';

export type Log = Logger;

export interface LogSettings {
  /** fatal, error, warn, info, debug, trace or silent. */
  readonly level: string;
  /** The process that speaks: server, bot, worker. */
  readonly name: string;
  /** `text` is for people at a terminal; `json`, when absent, for whoever keeps logs. */
  readonly format?: 'json' | 'text';
  /** What the work is about that is under way when a line is written, such as its workflow. */
  readonly about?: () => Readonly<Record<string, string>>;
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
  /** Values that never reach a line, wherever they stand in it; what has fewer than six characters is left alone. */
  readonly secrets?: readonly string[];
}

const HIDDEN = '[redacted]';

/** Names whose values never reach a log, wherever in a record they stand. */
const SECRET_NAME =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key|x-telegram-bot-api-secret-token|signaturevalue|raw|rawbody|.*(password|passwd|secret|token|apikey|api_key|pepper|datakey|data_key|payloadkeys|payload_keys).*)$/i;

/** Names that sound like secrets and are amounts: tokens are what this product sells. */
const HARMLESS_NAME = /^(.*(utok|microtokens|tokens|tokencount).*|idempotencytoken)$/i;

const MAX_DEPTH = 8;

/** One JSON logger per process. Secrets are hidden by name, by shape inside any text, and by value where they are known. */
export function createLog(settings: LogSettings): Log {
  const { level, name, about, destination, secrets = [] } = settings;
  const hide = hiding(secrets);
  const shaped = settings.format === 'text' ? asText : (line: string) => line;
  const options: pino.LoggerOptions = {
    level,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (record) => redactedRecord(record, 0),
    },
    serializers: { err: errorRecord, error: errorRecord },
    mixin: () => ({ ...traceOf(), ...about?.() }),
    hooks: { streamWrite: (line) => shaped(hide(redactText(redactMembers(line)))) },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** One line for people: when, how loud, who, what, and the rest as it stands. */
function asText(line: string): string {
  const { time, level, name, msg, ...others } = JSON.parse(line) as Readonly<
    Record<'time' | 'level' | 'name', string> & { msg?: string }
  >;
  const details = JSON.stringify({ ...others, pid: undefined });
  return `${time} ${level.toUpperCase()} ${name}: ${msg ?? ''}${details === '{}' ? '' : ` ${details}`}\n`;
}

function traceOf(): Readonly<Record<string, string>> {
  const here = standpoint();
  return here === undefined ? {} : { trace_id: here.traceId };
}

/**
 * Hides what looks like a bot token, a bearer token, or the password of an address. Strangers write into lines, too: each
 * expression begins only where a run begins, or a long run would be searched from every one of its characters.
 */
export function redactText(text: string): string {
  return text
    .replace(/(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}/g, HIDDEN)
    .replace(/(bot)\d+:[A-Za-z0-9_-]+/g, `$1${HIDDEN}`)
    .replace(/\b(Bearer|Basic) [A-Za-z0-9._~+/=-]+/g, `$1 ${HIDDEN}`)
    .replace(/(?<!\w)(\w+:\/\/[^\s:@/"]*):[^\s@/"]+@/g, `$1:${HIDDEN}@`)
    .replace(/((?:SignatureValue|secret|password|token)=)[^&\s"]+/gi, `$1${HIDDEN}`);
}

/** Shorter values are words that stand in lines for other reasons. */
const SHORTEST_SECRET = 6;

/** Hides these values as they are, as JSON escapes them, and as an address does. */
export function hiding(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // The longest first: one secret may be the beginning of another.
  const found = [...new Set(forms)].sort((a, b) => b.length - a.length).map(escapeRegExp);
  if (found.length === 0) return (text) => text;
  const pattern = new RegExp(found.join('|'), 'g');
  return (text) => text.replace(pattern, HIDDEN);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Children keep their bindings as finished text, past every formatter: there names are looked for in the line itself. */
function redactMembers(line: string): string {
  return line.replace(/"([^"\\]+)":"(?:[^"\\]|\\.)*"/g, (member, name: string) =>
    isSecret(name) ? `"${name}":"${HIDDEN}"` : member,
  );
}

function isSecret(name: string): boolean {
  return SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);
}

function redactedRecord(record: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, redactedValue(name, value, depth)]),
  );
}

function redactedValue(name: string, value: unknown, depth: number): unknown {
  if (isSecret(name)) return HIDDEN;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.map((each) => redactedValue('', each, depth + 1));
  return isPlain(value) ? redactedRecord(value, depth + 1) : value;
}

/** Requests, errors and buffers keep their serializers; only plain data is walked. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** An error without its own properties, which may hold a whole request. */
function errorRecord(error: unknown): unknown {
  // Told already by somebody who took an error apart, or thrown in another realm.
  if (!(error instanceof Error)) return error;
  const { name: type, message, stack, cause } = error;
  const because = cause instanceof Error ? { cause: `${cause.name}: ${cause.message}` } : {};
  return { type, message, stack, ...because };
}
