import type { HoldAnswer, PlaceAnswer } from '../../commands/holds-contract';
import { assertNever } from '../../domain/assert';
import type { HoldView } from '../../domain/billing/hold';
import type { KeyedHold } from '../../reads/holds';
import {
  capture,
  heartbeat,
  holdBody,
  holdOrder,
  holdOut,
  holdParams,
  release,
  userParams,
} from './hold-schemas';
import { mismatch, wasRecorded, type NamedRequest } from './idempotency';
import type { ApiParts } from './parts';
import { ApiProblem } from './problems';
import { route, type Answer, type Call } from './route';
import { amountOut } from './schemas';
import { refusalOf } from './spend-refusals';

const TAG = 'Holds';
const HOLD = { description: 'The hold as it stands', schema: holdOut } as const;

/** Tokens reserved before a job, and settled after it for what it cost. */
export const holdRoutes = [
  route({
    method: 'post',
    path: '/users/{userId}/holds',
    operationId: 'placeHold',
    tag: TAG,
    summary: 'Reserve tokens for a job',
    description:
      'The checks of a spend. The tokens lie reserved until the hold is captured or released, or until its lease ends ' +
      'without a word: then it is settled by `on_expiry`, once.',
    scopes: ['hold:write'],
    params: userParams,
    body: holdOrder,
    isNamed: true,
    answers: { 201: { ...HOLD, description: 'The tokens are reserved' } },
    refusals: [
      'user_not_found',
      'user_blocked',
      'money_frozen',
      'subscription_required',
      'spend_limit_reached',
      'insufficient_balance',
    ],
    handle: async (parts, call) => {
      const named = nameOf(call);
      const known = await answeredBefore(parts, named);
      if (known) return { status: 201, body: holdBody(known), isReplay: true };
      const { userId } = call.params;
      const { clientId, keyId } = call.caller;
      const { amount, lease_seconds: leaseSeconds, on_expiry, track, description } = call.body;
      const answer = await parts.commands.placeHold({
        holdKey: `${clientId}:${named.key}`,
        userId,
        wish: {
          ...{ clientId, keyId, amountUtok: amount, leaseSeconds },
          onExpiry: on_expiry ?? 'capture_reported',
          ...(track === undefined ? {} : { track }),
          ...(description === undefined ? {} : { description }),
          request: named,
        },
      });
      return placedAnswer(answer);
    },
  }),
  route({
    method: 'post',
    path: '/holds/{holdId}/heartbeat',
    operationId: 'heartbeatHold',
    tag: TAG,
    summary: 'Say that the job goes on, and what it has cost so far',
    description: 'The lease is extended from now on. The reported total never decreases.',
    scopes: ['hold:write'],
    params: holdParams,
    body: heartbeat,
    isNamed: true,
    answers: { 200: HOLD },
    refusals: ['hold_not_found', 'hold_expired', 'hold_closed'],
    handle: (parts, call) => {
      const { reported_total: reportedUtok, extend_seconds: extendSeconds } = call.body;
      const order = {
        request: nameOf(call),
        ...(reportedUtok === undefined ? {} : { reportedUtok }),
        ...(extendSeconds === undefined ? {} : { extendSeconds }),
      };
      return ask(parts, call, (hold) => parts.commands.heartbeatHold(hold, order));
    },
  }),
  route({
    method: 'post',
    path: '/holds/{holdId}/capture',
    operationId: 'captureHold',
    tag: TAG,
    summary: 'Charge what the job cost and release the rest',
    description:
      'Everything held when no amount is given. More than held only with `post_paid`: it takes other tokens, then debt ' +
      'down to the floor. Never refused because of what became of the user meanwhile.',
    scopes: ['hold:write'],
    params: holdParams,
    body: capture,
    isNamed: true,
    answers: { 200: HOLD },
    refusals: ['hold_not_found', 'hold_closed'],
    handle: (parts, call) => {
      const { amount: amountUtok, post_paid: isPostPaid } = call.body;
      const order = {
        request: nameOf(call),
        ...(amountUtok === undefined ? {} : { amountUtok }),
        ...(isPostPaid === undefined ? {} : { isPostPaid }),
      };
      return ask(parts, call, (hold) => parts.commands.captureHold(hold, order));
    },
  }),
  route({
    method: 'post',
    path: '/holds/{holdId}/release',
    operationId: 'releaseHold',
    tag: TAG,
    summary: 'Give the tokens back',
    description: 'They return to the same lots with their expiry.',
    scopes: ['hold:write'],
    params: holdParams,
    body: release,
    isNamed: true,
    answers: { 200: HOLD },
    refusals: ['hold_not_found', 'hold_closed'],
    handle: (parts, call) => {
      const order = { request: nameOf(call) };
      return ask(parts, call, (hold) => parts.commands.releaseHold(hold, order));
    },
  }),
  route({
    method: 'get',
    path: '/holds/{holdId}',
    operationId: 'getHold',
    tag: TAG,
    summary: 'A hold, while it lasts and ever after',
    scopes: ['hold:write', 'history:read'],
    params: holdParams,
    answers: { 200: HOLD },
    refusals: ['hold_not_found'],
    handle: async (parts, call) => {
      const { view } = await knownHold(parts, call);
      return { status: 200, body: holdBody(view) };
    },
  }),
] as const;

type Asking = Pick<Call<typeof holdParams>, 'params' | 'caller' | 'named'>;

/** A word about a hold that stands: answered from the books when it is a repeat or comes too late, else by its keeper. */
async function ask(
  parts: ApiParts,
  call: Asking & { asOf: string },
  tell: (hold: { holdKey: string; userId: number }) => Promise<HoldAnswer>,
): Promise<Answer> {
  const { holdKey, view } = await knownHold(parts, call);
  const known = await answeredBefore(parts, nameOf(call));
  if (known) return { status: 200, body: holdBody(known), isReplay: true };
  if (view.state !== 'active') throw closed(view, isHeartbeat(call));
  const answer = await tell({ holdKey, userId: view.userId });
  return toldAnswer(answer, isHeartbeat(call));
}

function isHeartbeat({ named }: Asking): boolean {
  return named?.path.endsWith('/heartbeat') ?? false;
}

async function knownHold(
  { reads }: ApiParts,
  { params: { holdId }, caller: { clientId } }: Asking,
): Promise<KeyedHold> {
  const known = await reads.hold({ holdId, clientId });
  if (known) return known;
  throw new ApiProblem({ code: 'hold_not_found', detail: 'No such hold of yours is known.' });
}

function nameOf({ named }: { readonly named: NamedRequest | undefined }): NamedRequest {
  if (!named) throw new Error('this route is named');
  return named;
}

/** What the request was told when it had its effect, also after its workflow is forgotten. */
async function answeredBefore(parts: ApiParts, named: NamedRequest): Promise<HoldView | undefined> {
  return (await wasRecorded(parts, named)) ? parts.reads.holdAnswer(named) : undefined;
}

function placedAnswer(answer: PlaceAnswer): Answer {
  switch (answer.kind) {
    case 'placed':
      return { status: 201, body: holdBody(answer.hold), isReplay: answer.isReplay };
    case 'refused':
      throw new ApiProblem(refusalOf(answer));
    case 'mismatch':
      throw mismatch();
    default:
      return assertNever(answer);
  }
}

function toldAnswer(answer: HoldAnswer, isForHeartbeat: boolean): Answer {
  switch (answer.kind) {
    case 'done':
      return { status: 200, body: holdBody(answer.hold), isReplay: answer.isReplay };
    case 'closed':
      throw closed(answer.hold, isForHeartbeat);
    case 'too_much':
      throw tooMuch(answer.hold);
    case 'unknown':
      throw new ApiProblem({ code: 'hold_not_found', detail: 'No such hold is known.' });
    case 'mismatch':
      throw mismatch();
    default:
      return assertNever(answer);
  }
}

/** Whoever comes second hears how it ended (SP-6). */
function closed(view: HoldView, isForHeartbeat: boolean): ApiProblem {
  const isLate = isForHeartbeat && view.endedBy === 'expiry';
  return new ApiProblem({
    code: isLate ? 'hold_expired' : 'hold_closed',
    detail: `The hold is over: ${view.state}, ended by ${view.endedBy ?? 'another request'}.`,
    members: { hold: holdBody(view) },
  });
}

function tooMuch({ amountUtok }: HoldView): ApiProblem {
  const errors = [{ path: 'amount', message: 'is more than is held; send post_paid with it' }];
  return new ApiProblem({
    code: 'invalid_amount',
    detail: 'More than is held may be captured only with post_paid.',
    members: { errors, ...amountOut('held', amountUtok) },
  });
}
