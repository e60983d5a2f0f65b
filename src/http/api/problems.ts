import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';
import { localeOf } from '../locale';

/** Every way in which the API says no, with its status (specification section 13). */
const STATUS = {
  validation_error: 400,
  idempotency_key_required: 400,
  unauthorized: 401,
  forbidden_scope: 403,
  not_found: 404,
  conflict: 409,
  request_in_progress: 409,
  idempotency_mismatch: 422,
  unavailable: 503,
} as const;

export type ProblemCode = keyof typeof STATUS;

export interface Problem {
  readonly code: ProblemCode;
  /** For developers; it names no internals. */
  readonly detail: string;
  /** Further members, such as `errors`. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Thrown by handlers and answered once, at the API's edge. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Answers in RFC 9457, with a sentence for people in the caller's language (API-6). */
export function answerApiProblem(response: Response, { code, detail, members }: Problem): void {
  const status = STATUS[code];
  if (status === 401) response.set('www-authenticate', 'Bearer');
  if (status === 503) response.set('retry-after', '5');
  const { req: request } = response;
  response
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `urn:telegram-billing:problem:${code}`,
        title: STATUS_CODES[status] ?? 'Error',
        status,
        detail,
        instance: request.originalUrl.split('?')[0],
        code,
        request_id: request.id,
        user_message: WORDS[localeOf(request)][code],
        ...members,
      }),
    );
}

const WORDS: Readonly<Record<'ru' | 'en', Readonly<Record<ProblemCode, string>>>> = {
  ru: {
    validation_error: 'Запрос составлен неверно.',
    idempotency_key_required: 'Запрос составлен неверно.',
    unauthorized: 'Нет доступа.',
    forbidden_scope: 'Нет доступа.',
    not_found: 'Ничего не найдено.',
    conflict: 'Сейчас это невозможно.',
    request_in_progress: 'Запрос уже выполняется.',
    idempotency_mismatch: 'Этот ключ уже использован для другого запроса.',
    unavailable: 'Сервис временно недоступен, повторите запрос.',
  },
  en: {
    validation_error: 'The request is malformed.',
    idempotency_key_required: 'The request is malformed.',
    unauthorized: 'Access denied.',
    forbidden_scope: 'Access denied.',
    not_found: 'Nothing was found.',
    conflict: 'This is not possible now.',
    request_in_progress: 'The request is being worked on already.',
    idempotency_mismatch: 'This key was used for another request.',
    unavailable: 'The service is unavailable for a moment; please repeat the request.',
  },
};
