import type { NextFunction, Request, Response, Router } from 'express';
import express from 'express';
import { registerBot } from '../bots';
import { ApiFailure, ControlFailure } from '../failure';
import { createGroup } from '../groups';
import { createPerson, markRead, personById, savePerson, setBlocked } from '../people';
import type { Person } from '../state';
import { visibleBot } from '../state';
import type { Telegram } from '../telegram';
import { actionRoutes } from './actions';
import { streamEvents } from './event-stream';
import * as requests from './requests';
import { botOf, parse } from './requests';
import { commandsFor, fileBytes, sandboxState } from './views';
import { chatMessages, waitForMatch } from '../waiting';

/** The door of the people: what the chat page and tests in other processes use. JSON in, JSON out. */
export function controlApi(telegram: Telegram): Router {
  const router = express.Router();
  router.use(express.json());
  router.get('/state', (_request, response) => void response.json(sandboxState(telegram)));
  router.get('/events', (request, response) => streamEvents(telegram, request, response));
  peopleRoutes(telegram, router);
  chatRoutes(telegram, router);
  actionRoutes(telegram, router);
  inspectionRoutes(telegram, router);
  faultRoutes(telegram, router);
  router.use((_request, _response, next) => next(new ControlFailure(404, 'no such control call')));
  router.use(answerFailure);
  return router;
}

function peopleRoutes(telegram: Telegram, router: Router): void {
  router.get('/people', (_request, response) => void response.json(telegram.store.people.values()));
  router.post('/people', (request, response) => {
    response.status(201).json(createPerson(telegram, parse(requests.newPerson, request.body)));
  });
  router.patch('/people/:id', (request, response) => {
    const person = personById(telegram, Number(request.params['id']));
    const change = parse(requests.personChange, request.body);
    response.json(savePerson(telegram, { ...person, ...change } as Person));
  });
  router.post('/blocked', (request, response) => {
    const { botId, personId, isBlocked } = parse(requests.blocking, request.body);
    const who = { bot: botOf(telegram, botId), person: personById(telegram, personId) };
    setBlocked(telegram, who, isBlocked);
    response.json({ isBlocked });
  });
  router.post('/bots', (request, response) => {
    const { token, ...profile } = parse(requests.newBot, request.body);
    response.status(201).json(visibleBot(registerBot(telegram, token, profile)));
  });
  router.post('/groups', (request, response) => {
    const { botId, ...group } = parse(requests.newGroup, request.body);
    response.status(201).json(createGroup(telegram, botOf(telegram, botId), group));
  });
}

function chatRoutes(telegram: Telegram, router: Router): void {
  router.get('/chats/:chatId/messages', (request, response) =>
    listMessages(telegram, request, response),
  );
  router.get('/commands', (request, response) => {
    const { botId, personId } = parse(requests.someone, request.query);
    response.json(commandsFor(telegram, botOf(telegram, botId), personById(telegram, personId)));
  });
  router.post('/read', (request, response) => {
    const { botId, chatId } = parse(requests.reading, request.body);
    markRead(telegram, botOf(telegram, botId), chatId);
    response.json({});
  });
  router.get('/files/:fileId', (request, response) => {
    const { file, bytes } = fileBytes(telegram, request.params.fileId);
    const isInline = /^(image\/(png|jpeg|gif|webp)|audio\/)/.test(file.mimeType);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (!isInline) response.attachment(file.fileName);
    response.type(isInline ? file.mimeType : 'application/octet-stream').send(bytes);
  });
}

/** All messages of a chat; with `contains` or `wait`, the bot's first message that fits, as a list of one or none. */
async function listMessages(
  telegram: Telegram,
  request: Request,
  response: Response,
): Promise<void> {
  const query = parse(requests.messageQuery, request.query);
  const chatId = Number(request.params['chatId']);
  const botId = botOf(telegram, query.botId).id;
  if (query.contains === undefined && query.wait === 0) {
    const after = query.after ?? 0;
    const all = chatMessages(telegram, botId, chatId);
    response.json(all.filter((stored) => stored.message.message_id > after));
    return;
  }
  const search = { botId, chatId, match: query.contains, afterMessageId: query.after };
  const found = await waitForMatch(telegram, search, query.wait * 1000);
  response.json(found === undefined ? [] : [found]);
}

function inspectionRoutes(telegram: Telegram, router: Router): void {
  router.get('/inspector', (request, response) => {
    const { kind, limit } = parse(requests.inspectorQuery, request.query);
    response.json(telegram.inspector.newestFirst(limit, kind));
  });
  router.get('/updates', (request, response) => {
    const { botId } = parse(requests.reading.partial(), request.query);
    response.json(telegram.updates.pending(botOf(telegram, botId).id));
  });
  router.get(
    '/charges',
    (_request, response) => void response.json(telegram.store.charges.values()),
  );
  router.get('/subscriptions', (_request, response) => {
    response.json(telegram.store.subscriptions.values());
  });
}

function faultRoutes(telegram: Telegram, router: Router): void {
  router.get('/faults', (_request, response) => void response.json(telegram.faults.list()));
  router.post('/faults', (request, response) => {
    response.status(201).json(telegram.faults.add(parse(requests.newFault, request.body)));
  });
  router.delete('/faults', (_request, response) => {
    telegram.faults.clear();
    response.json([]);
  });
  router.delete('/faults/:id', (request, response) => {
    telegram.faults.clear(request.params.id);
    response.json(telegram.faults.list());
  });
}

// Express tells an error handler by its four parameters.
// eslint-disable-next-line max-params
function answerFailure(
  error: unknown,
  _request: Request,
  response: Response,
  _next: NextFunction,
): void {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof ControlFailure) response.status(error.status).json({ error: text });
  else if (error instanceof ApiFailure) response.status(error.code).json({ error: text });
  else response.status(500).json({ error: text });
}
