import type { ApiResponse } from '@grammyjs/types';
import type { Request, Response, Router } from 'express';
import express from 'express';
import { Arguments } from './arguments';
import { readArguments } from './body';
import { botByToken } from './bots';
import { ApiFailure, badRequest } from './failure';
import { ConnectionCut, suffer } from './faults';
import { callMethod, methodName } from './methods';
import type { Call } from './methods/call';
import type { BotAccount } from './state';
import type { Telegram } from './telegram';

/** The door of the bots: `/bot<token>/<method>` and `/file/bot<token>/<path>`. */
export function botApi(telegram: Telegram): Router {
  const router = express.Router();
  router.all('/bot:token/:method', (request, response) => answerCall(telegram, request, response));
  router.all('/bot:token/test/:method', (request, response) =>
    answerCall(telegram, request, response),
  );
  router.get('/file/bot:token/*path', (request, response) => sendFile(telegram, request, response));
  return router;
}

/** Makes the call a webhook's answer asks for; its result goes nowhere, as with Telegram. */
export async function replyCall(
  telegram: Telegram,
  bot: BotAccount,
  fields: Record<string, unknown>,
): Promise<void> {
  const { method, ...rest } = fields;
  const args = new Arguments({ fields: rest, uploads: new Map() });
  const call = { telegram, bot, args, hangUp: new AbortController().signal };
  await recordedCall(String(method), call).catch(() => undefined);
}

async function answerCall(telegram: Telegram, request: Request, response: Response): Promise<void> {
  const hangUp = new AbortController();
  response.on('close', () => hangUp.abort());
  try {
    const method = String(request.params['method']);
    const bot = botByToken(telegram, String(request.params['token']));
    const args = await readArguments(request, new URL(request.url, 'http://sandbox').searchParams);
    const outcome = await faultyCall(method, { telegram, bot, args, hangUp: hangUp.signal });
    respond(response, outcome);
  } catch (error) {
    if (error instanceof ConnectionCut) request.socket.destroy();
    else respond(response, failureOf(error));
  }
}

async function faultyCall(method: string, call: Call): Promise<ApiResponse<unknown>> {
  const fault = call.telegram.faults.take(
    methodName(method) ?? method,
    call.args.integer('chat_id'),
  );
  if (fault !== undefined) await suffer(fault);
  const outcome = await recordedCall(method, call);
  if (fault?.kind === 'drop-response') throw new ConnectionCut();
  return outcome;
}

async function recordedCall(method: string, call: Call): Promise<ApiResponse<unknown>> {
  const startedAt = performance.now();
  const outcome = await outcomeOf(method, call);
  const isIdlePoll = outcome.ok && method.toLowerCase() === 'getupdates';
  if (!isIdlePoll) {
    call.telegram.inspector.record({
      kind: 'call',
      botId: call.bot.id,
      name: methodName(method) ?? method,
      isOk: outcome.ok,
      request: call.args.summary(),
      response: outcome,
      durationMs: Math.round(performance.now() - startedAt),
    });
  }
  return outcome;
}

async function outcomeOf(method: string, call: Call): Promise<ApiResponse<unknown>> {
  try {
    const { result, description } = await callMethod(method, call);
    return { ok: true, result, ...(description === '' ? {} : { description }) };
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): ApiResponse<never> {
  const failure =
    error instanceof ApiFailure
      ? error
      : new ApiFailure(500, `Internal Server Error: ${String(error)}`);
  const { code, description, parameters } = failure;
  const answer = { ok: false, error_code: code, description } as const;
  return parameters === undefined ? answer : { ...answer, parameters };
}

function respond(response: Response, outcome: ApiResponse<unknown>): void {
  if (response.destroyed) return;
  if (!outcome.ok && outcome.parameters?.retry_after !== undefined) {
    response.setHeader('Retry-After', String(outcome.parameters.retry_after));
  }
  response.status(outcome.ok ? 200 : outcome.error_code).json(outcome);
}

function sendFile(telegram: Telegram, request: Request, response: Response): void {
  try {
    const bot = botByToken(telegram, String(request.params['token']));
    const segments = request.params['path'] as unknown as string[];
    const file = telegram.files.findByPath(bot.id, segments.join('/'));
    const bytes = file && telegram.files.bytes(file);
    if (bytes === undefined) throw badRequest('wrong file_path');
    response.type('application/octet-stream').send(bytes);
  } catch (error) {
    respond(response, failureOf(error));
  }
}
