import { payOnPage } from './bank-page';
import { asks, leadsOut, type Wanted } from './chat';
import { Unanswered, type Person } from './person';
import { RECEIPT_WITHIN_MS } from './plan';

/** What somebody does in one go, from the menu back to the menu. */
export type Errand = (person: Person) => Promise<void>;

const MENU = asks('nav:top');
const ROUBLES = ['200', '500', '1000'] as const;

/** The first words, and the consent without which nothing is sold. */
export async function arrive(person: Person): Promise<void> {
  await person.say('/start', asks('terms:yes'));
  await person.think();
  await person.press(asks('terms:yes'), MENU);
  await person.think();
}

/** Access and tokens together; who has neither can spend nothing. */
export const firstPurchase = (): Errand =>
  oneOf<Errand>([topUp, topUp, topUp, (who) => buyPlan(who, 'Premium'), buyPremiumForStars]);

export const nextPurchase = (): Errand =>
  oneOf<Errand>([
    topUp,
    (who) => buyPlan(who, oneOf(['Basic', 'Standard'])),
    (who) => buyPlanForStars(who, oneOf(['Basic', 'Standard'])),
  ]);

/** Opens a screen and goes back to the menu. */
export async function look(person: Person): Promise<void> {
  await goHome(person);
  const route = oneOf(['nav:bal', 'nav:bal', 'nav:hist', 'nav:inv', 'nav:sub']);
  await person.press(asks(route), asks('nav:menu'));
  await person.think();
  await person.press(asks('nav:menu'), MENU);
}

async function topUp(person: Person): Promise<void> {
  await goHome(person);
  await person.press(MENU, asks('top:amt'));
  await person.think();
  await person.press(amountOf(oneOf(ROUBLES)), asks('q:ok'));
  await payByCard(person);
}

function amountOf(roubles: string): Wanted {
  return ({ route, data }) => route === 'top:amt' && data?.endsWith(`:${roubles}`) === true;
}

async function buyPlan(person: Person, plan: string): Promise<void> {
  await choosePlan(person, plan, '₽');
  await payByCard(person);
}

function buyPremiumForStars(person: Person): Promise<void> {
  return buyPlanForStars(person, 'Premium');
}

async function buyPlanForStars(person: Person, plan: string): Promise<void> {
  await choosePlan(person, plan, '⭐');
  await payByStars(person);
}

async function choosePlan(person: Person, plan: string, currency: string): Promise<void> {
  await goHome(person);
  await person.press(asks('nav:tar'), asks('tar:show'));
  await person.think();
  await person.press(asks('tar:show', plan), asks('tar:pick', currency));
  await person.think();
  await person.press(asks('tar:pick', currency), asks('q:ok'));
}

async function payByCard(person: Person): Promise<void> {
  const link = await confirm(person);
  const { wire, record } = person.world;
  const had = person.chat.receipts.length;
  const paidAt = await payOnPage(wire, link);
  record.done('card', (await receiptAfter(person, had)) - paidAt);
  await lookAtBalance(person);
}

async function payByStars(person: Person): Promise<void> {
  const link = await confirm(person);
  const { wire, telegramUrl, record } = person.world;
  const had = person.chat.receipts.length;
  const paidAt = performance.now();
  const { status } = await wire.post<{ status: string }>(`${telegramUrl}/sandbox/pay`, {
    ...{ personId: person.id, link },
  });
  if (status !== 'paid') throw new Unanswered(`Telegram did not take the Stars: ${status}`);
  record.done('stars', (await receiptAfter(person, had)) - paidAt);
  await lookAtBalance(person);
}

/** Agrees to the quote; gives the link that leads to paying. */
async function confirm(person: Person): Promise<string> {
  await person.think();
  const { url = '' } = await person.press(asks('q:ok'), leadsOut);
  await person.think();
  return url;
}

async function receiptAfter({ chat }: Person, had: number): Promise<number> {
  const receipt = await chat.until(() => chat.receipts[had], RECEIPT_WITHIN_MS);
  if (receipt === undefined) throw new Unanswered(`paid, and no receipt: ${chat.words}`);
  return receipt.at;
}

async function lookAtBalance(person: Person): Promise<void> {
  await person.think();
  await person.press(asks('nav:bal'), asks('nav:menu'));
  await person.think();
  await person.press(asks('nav:menu'), MENU);
}

/** The menu, which notices may have pushed out of sight. */
async function goHome(person: Person): Promise<void> {
  if (person.chat.find(MENU) === undefined) await person.say('/start', MENU);
}

export function oneOf<T>(choices: readonly T[]): T {
  return choices[Math.floor(Math.random() * choices.length)] as T;
}
