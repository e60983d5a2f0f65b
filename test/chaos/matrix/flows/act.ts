import { until } from '../../../support/until';
import type { Stack } from '../../../support/stack';
import type { Field } from '../field';
import type { Ground } from '../ground';
import { insist } from '../patience';
import type { Subject } from '../subject';
import { FIRST_PERSON } from '../watch';

/** One run of a flow: what it may do, and with whom. */
export interface Act {
  /** The product as the support of tests knows it; what a flow cannot have of it is not there. */
  readonly stack: Stack;
  readonly people: readonly number[];
  /** Somebody new who has said hello to the bot. */
  person(): Promise<number>;
  /** Somebody new who has not. */
  stranger(): number;
  moveTo(userId: number, instantMs: number): Promise<void>;
  /** What led here is a flow of its own; from now on this one is struck. */
  begins(): void;
}

/** What people and their bank do; the same each time, and done when the product has answered all of it. */
export type Flow = (act: Act) => Promise<void>;

let lastId = FIRST_PERSON;

export function actOn(ground: Ground, subject: Subject): Act {
  const people: number[] = [];
  const { field } = ground;
  const stranger = (): number => {
    lastId += 1;
    field.telegram.createPerson({ id: lastId, firstName: 'Test', languageCode: 'en' });
    field.telegram.openChat(lastId);
    ground.watch.enlist(subject, lastId);
    people.push(lastId);
    return lastId;
  };
  const moveTo: Act['moveTo'] = async (userId, instantMs) => {
    await untilTold(field, userId);
    await ground.moveTo(userId, instantMs);
  };
  return {
    stack: { ...field, advance: relative(field, moveTo) } as Stack,
    people,
    stranger,
    person: async () => {
      const id = stranger();
      const person = { id, username: undefined, firstName: 'Test', lastName: undefined };
      await field.records.arrive({
        ...{ updateId: id, person: { ...person, languageCode: 'en' }, asOf: new Date() },
      });
      return id;
    },
    moveTo,
    begins: () => void (subject.isBegun = true),
  };
}

/** Days pass for nobody who has not heard what they were promised: in the days skipped there was time for it. */
async function untilTold({ sql }: Field, userId: number): Promise<void> {
  await until(`${userId} has heard everything`, async () => {
    const [row] = await sql`
      select 1 from outbox_messages
      where user_id = ${userId} and state = 'queued' and (not_before is null or not_before < now())`;
    return row === undefined;
  });
}

/** A move that is repeated ends where it was going to at first. */
function relative({ sql }: Field, moveTo: Act['moveTo']): Stack['advance'] {
  return async (userId, ms) => {
    const [row] = await sql`
      select clock_offset_ms::float8 as ms from users where id = ${userId}`;
    await moveTo(userId, Date.now() + Number(row?.['ms'] ?? 0) + ms);
  };
}

/** Presses the newest button whose text fits, and again when nothing has come of it for a while, as people do. */
export async function press(
  { stack }: Act,
  userId: number,
  button: { readonly text: string; readonly until: () => Promise<boolean> },
): Promise<void> {
  let isPressed = false;
  await insist(async () => {
    // What a press leads to may come after people have lost patience, and take the button away.
    const found = await until(`a button ${button.text}`, async () =>
      isPressed && (await button.until()) ? 'done' : buttonOf(stack, userId, button.text),
    );
    if (found === 'done') return;
    isPressed = true;
    stack.telegram.press(userId, found.messageId, { data: found.data });
    await until(`what ${button.text} leads to`, button.until, PATIENCE_OF_PEOPLE_MS);
  });
}

/** Writes, and again when nothing has come of it for a while: who hears that something went wrong tries once more. */
export async function say(
  { stack }: Act,
  userId: number,
  words: { readonly text: string; readonly until: () => Promise<boolean> },
): Promise<void> {
  await insist(async () => {
    stack.telegram.send(userId, words.text);
    await until(`what ${words.text} leads to`, words.until, PATIENCE_OF_PEOPLE_MS);
  });
}

const PATIENCE_OF_PEOPLE_MS = 10_000;

export function buttonOf(
  stack: Stack,
  userId: number,
  text: string,
): { messageId: number; data: string } | undefined {
  for (const { message } of [...stack.telegram.messages(userId)].reverse()) {
    const rows = message.reply_markup?.inline_keyboard ?? [];
    for (const one of rows.flat()) {
      if (one.text.includes(text) && 'callback_data' in one) {
        return { messageId: message.message_id, data: one.callback_data };
      }
    }
  }
  return undefined;
}
