import type { Request, Router } from 'express';
import { editOwn, personById, press, say, shareContact } from '../people';
import { changeSubscription, findInvoice, pay, setAhead } from '../purchases';
import type { BotAccount, Person } from '../state';
import { visibleBot } from '../state';
import type { Telegram } from '../telegram';
import { waitForAnswer } from '../waiting';
import * as requests from './requests';
import { botOf, parse } from './requests';

/** What a person does with hands: writes, presses, edits, pays. */
export function actionRoutes(telegram: Telegram, router: Router): void {
  router.post('/send', (request, response) => {
    const words = parse(requests.words, request.body);
    response.json(say(telegram, { ...words, ...actors(telegram, words) }));
  });
  router.post('/contact', (request, response) => {
    const { bot, person } = actors(telegram, parse(requests.someone, request.body));
    response.json(shareContact(telegram, bot, person));
  });
  router.post('/edit', (request, response) => {
    const edit = parse(requests.personsEdit, request.body);
    response.json(editOwn(telegram, { ...edit, ...actors(telegram, edit) }));
  });
  router.post('/press', async (request, response) => {
    response.json(await pressAndWait(telegram, request));
  });
  invoiceRoutes(telegram, router);
}

async function pressAndWait(telegram: Telegram, request: Request): Promise<object> {
  const { wait, ...choice } = parse(requests.buttonPress, request.body);
  const { id: pressId } = press(telegram, { ...choice, ...actors(telegram, choice) });
  const answer = await waitForAnswer(telegram, pressId, wait * 1000);
  return { pressId, ...(answer === undefined ? {} : { answer }) };
}

function invoiceRoutes(telegram: Telegram, router: Router): void {
  router.get('/invoice', (request, response) => {
    const choice = parse(requests.invoiceChoice, request.query);
    const invoice = findInvoice(telegram, { ...choice, ...payer(telegram, choice) });
    response.json({ ...invoice, bot: visibleBot(invoice.bot) });
  });
  router.post('/pay', async (request, response) => {
    const { isCancelled, ...choice } = parse(requests.payment, request.body);
    // Closing the payment sheet sends nothing to the bot, exactly as in Telegram.
    if (isCancelled) response.json({ status: 'cancelled' });
    else response.json(await pay(telegram, { ...choice, ...payer(telegram, choice) }));
  });
  router.post('/people/:id/clock', (request, response) => {
    const { aheadSeconds } = parse(requests.ahead, request.body);
    const person = personById(telegram, Number(request.params.id));
    response.json({ charges: setAhead(telegram, person, aheadSeconds).map(({ id }) => id) });
  });
  router.post('/subscriptions/:id', (request, response) => {
    const { change } = parse(requests.subscriptionChange, request.body);
    response.json(changeSubscription(telegram, request.params.id, change));
  });
}

interface Names {
  readonly botId?: number | undefined;
  readonly personId: number;
}

function actors(telegram: Telegram, names: Names): { bot: BotAccount; person: Person } {
  return { bot: botOf(telegram, names.botId), person: personById(telegram, names.personId) };
}

/** A link names its bot itself, so any bot does as the default. */
function payer(
  telegram: Telegram,
  names: Names & { link?: string | undefined },
): ReturnType<typeof actors> {
  const anyBotId = names.link === undefined ? undefined : telegram.store.bots.values()[0]?.id;
  return actors(telegram, { ...names, botId: names.botId ?? anyBotId });
}
