import { inArray, sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../drizzle/client';
import { insertRows } from '../drizzle/rows';
import { outboxMessages, users, type MessageCategory } from '../drizzle/schema';
import { topicOf } from '../src/domain/billing/ops-topics';
import { parseQuietHours, quietDelayMs } from '../src/domain/billing/quiet-hours';
import type { BillingSettings } from '../src/domain/billing/settings';
import type { Locale, TemplateParams } from '../src/domain/messages';
import { traceParent } from '../src/tracing/spans';

/** A promise to tell somebody something; it is kept once per key, whoever repeats it. */
export type MessagePromise<T extends keyof TemplateParams = keyof TemplateParams> = {
  readonly [K in T]: {
    /** `user:template:subject:period` (NT-1). */
    readonly key: string;
    readonly template: K;
    readonly params: TemplateParams[K];
    readonly category: MessageCategory;
    readonly asOf: Date;
    /** For how long after `asOf` it is worth sending; for ever when absent (NT-4). */
    readonly usefulMs?: number;
    /** From where in a trace its delivery goes on; from here when absent. */
    readonly traceParent?: string | undefined;
  };
}[T];

/**
 * Writes a message to a person in the transaction of the fact it reports. Service and marketing wait for the end of
 * the person's quiet hours; receipts and the words between operators do not (NT-4).
 */
export async function promiseToUser(
  tx: Transaction,
  userId: number,
  { settings, ...promise }: MessagePromise & { readonly settings: BillingSettings },
): Promise<void> {
  await promiseToUsers(tx, { messages: [{ ...promise, userId }], settings });
}

/** The same for several people at once, each in their language; whoever is unknown is left out. */
export async function promiseToUsers(
  tx: Transaction,
  promised: {
    readonly messages: readonly (MessagePromise & { readonly userId: number })[];
    readonly settings: BillingSettings;
    /** Those of them who were read before. */
    readonly people?: ReadonlyMap<number, Person>;
  },
): Promise<void> {
  const { messages, settings } = promised;
  if (messages.length === 0) return;
  const people = promised.people ?? (await peopleOf(tx, messages));
  await insertMessages(
    tx,
    messages.flatMap(({ userId, ...promise }) => {
      const person = people.get(userId);
      if (!person) return [];
      const { category, asOf } = promise;
      const delayMs = isPatient(category) ? delayFor(person, { asOf, settings }) : 0;
      const to = { userId, chatId: userId, locale: person.locale, delayMs };
      return [{ ...(promise as MessagePromise), ...to }];
    }),
  );
}

type Person = typeof users.$inferSelect;

async function peopleOf(
  tx: Transaction,
  messages: readonly { readonly userId: number }[],
): Promise<ReadonlyMap<number, Person>> {
  const ids = [...new Set(messages.map(({ userId }) => userId))];
  const rows = await tx.select().from(users).where(inArray(users.id, ids));
  return new Map(rows.map((person) => [person.id, person]));
}

/**
 * Writes a message to the operators' chat, unless its topic is switched off; without a chat configured there is nobody
 * to tell (NT-7).
 */
export async function promiseToOperators(
  tx: Transaction,
  settings: BillingSettings,
  promise: Omit<MessagePromise, 'category'>,
): Promise<void> {
  if (settings.adminChatId === undefined) return;
  const topic = topicOf(promise.template);
  if (topic !== undefined && settings.silentTopics.includes(topic)) return;
  const to = { userId: null, chatId: settings.adminChatId, locale: 'ru', delayMs: 0 } as const;
  await insertMessages(tx, [{ ...(promise as MessagePromise), category: 'ops', ...to }]);
}

/**
 * Queues a broadcast for many people at once, each in their language; whoever it was queued for before is left out by
 * the key.
 */
export async function promiseToEach(
  tx: Transaction,
  people: readonly (typeof users.$inferSelect)[],
  part: {
    readonly broadcastId: string;
    readonly texts: Readonly<Record<Locale, string>>;
    readonly asOf: Date;
    readonly settings: BillingSettings;
  },
): Promise<void> {
  if (people.length === 0) return;
  const { broadcastId, texts } = part;
  const rows = people.map((person) => ({
    key: `${person.id}:broadcast:${broadcastId}`,
    userId: person.id,
    chatId: person.id,
    template: 'broadcast',
    locale: person.locale,
    params: { broadcastId, text: texts[person.locale] },
    category: 'marketing' as const,
    broadcastId,
    notBefore: afterDelay(part.asOf, delayFor(person, part)),
  }));
  await tx.insert(outboxMessages).values(rows).onConflictDoNothing({ target: outboxMessages.key });
}

type NewMessage = MessagePromise & {
  readonly userId: number | null;
  readonly chatId: number;
  readonly locale: 'ru' | 'en';
  readonly delayMs: number;
};

/** Transactions that have promised messages. */
const telling = new WeakSet<Transaction>();

/** Whether somebody waits for the commit of a transaction to be written to. */
export function hasPromised(tx: Transaction): boolean {
  return telling.has(tx);
}

async function insertMessages(tx: Transaction, messages: readonly NewMessage[]): Promise<void> {
  if (messages.length === 0) return;
  telling.add(tx);
  const rows = messages.map((message) => ({
    id: v7(),
    key: message.key,
    userId: message.userId,
    chatId: message.chatId,
    template: message.template,
    locale: message.locale,
    params: { ...message.params },
    category: message.category,
    notBefore: afterDelay(message.asOf, message.delayMs),
    dropAfter: afterDelay(message.asOf, message.usefulMs ?? 0),
    traceParent: ('traceParent' in message ? message.traceParent : traceParent()) ?? null,
  }));
  await tx.execute(sql`${insertRows(outboxMessages, rows)} on conflict (key) do nothing`);
}

/** An instant of the person's own clock, so that the night of a test customer passes with their clock (OPS-20). */
function afterDelay(asOf: Date, delayMs: number): Date | null {
  return delayMs > 0 ? new Date(asOf.getTime() + Math.round(delayMs)) : null;
}

/** Receipts are asked for by one's own action, and operators are at work (NT-4). */
function isPatient(category: MessageCategory): boolean {
  return category === 'service' || category === 'marketing';
}

function delayFor(
  person: Person,
  promise: { readonly asOf: Date; readonly settings: BillingSettings },
): number {
  const { quietFrom, quietTo, timeZone } = person;
  const span =
    quietFrom !== null && quietTo !== null
      ? `${quietFrom.slice(0, 5)}-${quietTo.slice(0, 5)}`
      : promise.settings.quietHours;
  return quietDelayMs(parseQuietHours(span, timeZone), promise.asOf.getTime());
}
