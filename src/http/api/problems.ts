import { STATUS_CODES } from 'node:http';
import type { Response } from 'express';
import { tokenText } from '../../domain/tokens';
import { localeOf } from '../locale';

/** Every way in which the API says no, with its status (specification section 13). */
export const STATUS = {
  validation_error: 400,
  invalid_amount: 400,
  idempotency_key_required: 400,
  unauthorized: 401,
  forbidden_scope: 403,
  user_blocked: 403,
  money_frozen: 403,
  subscription_required: 403,
  user_not_found: 404,
  hold_not_found: 404,
  not_found: 404,
  method_not_allowed: 405,
  insufficient_balance: 409,
  spend_limit_reached: 409,
  request_in_progress: 409,
  hold_closed: 409,
  hold_expired: 409,
  conflict: 409,
  idempotency_mismatch: 422,
  rate_limited: 429,
  unavailable: 503,
} as const;

export type ProblemCode = keyof typeof STATUS;

export const PROBLEM_CODES = Object.keys(STATUS) as [ProblemCode, ...ProblemCode[]];

export interface Problem {
  readonly code: ProblemCode;
  /** For developers; it names no internals. */
  readonly detail: string;
  /** Further members, such as `errors`. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Micro-tokens that the person lacks, for `insufficient_balance`. */
  readonly missingUtok?: number;
}

/** Thrown by handlers and answered once, at the API's edge. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** A problem as it stands inside a larger answer. */
export function problemSummary({ code, detail, members }: Problem) {
  const status = STATUS[code];
  const type = `urn:telegram-billing:problem:${code}`;
  return { type, title: STATUS_CODES[status] ?? 'Error', status, code, detail, ...members };
}

/** Answers in RFC 9457, with a sentence for people in the caller's language (API-6). */
export function answerApiProblem(response: Response, problem: Problem): void {
  const { code, detail, members, headers, missingUtok = 0 } = problem;
  const status = STATUS[code];
  if (status === 503) response.set('retry-after', '5');
  if (code === 'request_in_progress') response.set('retry-after', '2');
  if (headers) response.set(headers);
  const { req: request } = response;
  const { type, title } = problemSummary({ code, detail });
  response
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type,
        title,
        status,
        detail,
        instance: request.originalUrl.split('?')[0],
        code,
        request_id: request.id,
        user_message: userMessage(localeOf(request), code, missingUtok),
        ...members,
      }),
    );
}

/** What a person may be shown; the core texts of the specification are among them (7.4). */
export function userMessage(locale: 'ru' | 'en', code: ProblemCode, missingUtok = 0): string {
  return WORDS[locale][code].replace('{missing}', tokenText(missingUtok));
}

const WORDS: Readonly<Record<'ru' | 'en', Readonly<Record<ProblemCode, string>>>> = {
  ru: {
    validation_error: 'Запрос составлен неверно.',
    invalid_amount: 'Сумма указана неверно.',
    idempotency_key_required: 'Запрос составлен неверно.',
    unauthorized: 'Нет доступа.',
    forbidden_scope: 'Нет доступа.',
    user_blocked: 'Доступ ограничен, напишите в поддержку.',
    money_frozen: 'Операции с балансом приостановлены. Обратитесь в поддержку.',
    subscription_required: 'Нужна активная подписка.',
    user_not_found: 'Такого пользователя нет.',
    hold_not_found: 'Такого резерва нет.',
    not_found: 'Ничего не найдено.',
    method_not_allowed: 'Запрос составлен неверно.',
    insufficient_balance: 'Не хватает {missing} ток.',
    spend_limit_reached: 'Достигнут лимит расходов.',
    request_in_progress: 'Запрос уже выполняется.',
    hold_closed: 'Резерв уже закрыт.',
    hold_expired: 'Срок резерва истёк.',
    conflict: 'Сейчас это невозможно.',
    idempotency_mismatch: 'Этот ключ уже использован для другого запроса.',
    rate_limited: 'Слишком много запросов, повторите чуть позже.',
    unavailable: 'Сервис временно недоступен, повторите запрос.',
  },
  en: {
    validation_error: 'The request is malformed.',
    invalid_amount: 'The amount is malformed.',
    idempotency_key_required: 'The request is malformed.',
    unauthorized: 'Access denied.',
    forbidden_scope: 'Access denied.',
    user_blocked: 'Access is limited, please contact support.',
    money_frozen: 'The balance is on hold. Please contact support.',
    subscription_required: 'An active subscription is required.',
    user_not_found: 'There is no such user.',
    hold_not_found: 'There is no such hold.',
    not_found: 'Nothing was found.',
    method_not_allowed: 'The request is malformed.',
    insufficient_balance: '{missing} tokens short.',
    spend_limit_reached: 'The spending limit is reached.',
    request_in_progress: 'The request is being worked on already.',
    hold_closed: 'The hold is closed already.',
    hold_expired: 'The hold has expired.',
    conflict: 'This is not possible now.',
    idempotency_mismatch: 'This key was used for another request.',
    rate_limited: 'Too many requests; please try again in a moment.',
    unavailable: 'The service is unavailable for a moment; please repeat the request.',
  },
};
