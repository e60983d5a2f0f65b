import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { SpendLimit } from '../../domain/billing/spend-batch';
import type { Caller } from './access';
import type { ApiParts } from './parts';
import { ApiProblem } from './problems';
import { route } from './route';
import { amountOut, amountShape, instant, tokenAmount, userIdParam } from './schemas';

const params = z.strictObject({ userId: userIdParam });

const cap = tokenAmount.nullable().optional();
const wish = z
  .strictObject({ day: cap, month: cap })
  .meta({ id: 'LimitWish', description: 'Tokens a day and a month; null or absent for no limit' });
const callerWish = z
  .strictObject({ client: wish.optional(), key: wish.optional() })
  .meta({ id: 'CallerLimitWish', description: 'What is absent stays as it is' });

const limit = z
  .object({
    ...amountShape('limit'),
    ...amountShape('used'),
    ...amountShape('left'),
    resets_at: instant,
  })
  .meta({ id: 'Limit' });
const windowsShape = { day: limit.nullable(), month: limit.nullable() };
const windows = z.object(windowsShape).meta({ id: 'Limits' });
const userLimits = z.object({ user_id: z.int(), ...windowsShape }).meta({ id: 'UserLimits' });
const callerLimits = z.object({ client: windows, key: windows }).meta({ id: 'CallerLimits' });

/** Spending limits of people, and those of the caller itself. */
export const limitRoutes = [
  route({
    method: 'get',
    path: '/users/{userId}/limits',
    operationId: 'getUserLimits',
    tag: 'Limits',
    summary: 'A person’s own limits and what is used of them',
    description: 'Days and months are those of the person’s time zone.',
    scopes: ['balance:read', 'limits:write'],
    params,
    answers: { 200: { description: 'The limits at this moment', schema: userLimits } },
    refusals: ['user_not_found'],
    handle: async (parts, { params: { userId }, asOf }) => ({
      status: 200,
      body: await userView(parts, { userId, asOf }),
    }),
  }),
  route({
    method: 'put',
    path: '/users/{userId}/limits',
    operationId: 'setUserLimits',
    tag: 'Limits',
    summary: 'Set a person’s own limits',
    description:
      'Replaces both. A limit that begins now counts what was spent in its window before.',
    scopes: ['limits:write'],
    params,
    body: wish,
    answers: { 200: { description: 'The limits are in force', schema: userLimits } },
    refusals: ['user_not_found'],
    handle: async (parts, { params: { userId }, body, caller, asOf }) => {
      const outcome = await parts.commands.setLimits({
        changeId: randomUUID(),
        wishes: [{ scope: 'user', scopeId: String(userId), ...capsOf(body) }],
        actor: actorOf(caller),
      });
      if (outcome.kind === 'refused') throw unknownUser();
      return { status: 200, body: await userView(parts, { userId, asOf }) };
    },
  }),
  route({
    method: 'get',
    path: '/limits',
    operationId: 'getCallerLimits',
    tag: 'Limits',
    summary: 'The limits of the calling client and of its key',
    description: 'Days and months are those of UTC.',
    scopes: ['balance:read', 'limits:write'],
    answers: { 200: { description: 'The limits at this moment', schema: callerLimits } },
    handle: async (parts, call) => ({ status: 200, body: await callerView(parts, call) }),
  }),
  route({
    method: 'put',
    path: '/limits',
    operationId: 'setCallerLimits',
    tag: 'Limits',
    summary: 'Set the limits of the calling client and of its key',
    scopes: ['limits:write'],
    body: callerWish,
    answers: { 200: { description: 'The limits are in force', schema: callerLimits } },
    handle: async (parts, call) => {
      const { client, key } = call.body;
      const { clientId, keyId } = call.caller;
      const wishes = [
        ...(client ? [{ scope: 'client', scopeId: clientId, ...capsOf(client) } as const] : []),
        ...(key ? [{ scope: 'key', scopeId: keyId, ...capsOf(key) } as const] : []),
      ];
      if (wishes.length > 0) {
        const actor = actorOf(call.caller);
        await parts.commands.setLimits({ changeId: randomUUID(), wishes, actor });
      }
      return { status: 200, body: await callerView(parts, call) };
    },
  }),
] as const;

function capsOf({ day, month }: z.output<typeof wish>) {
  return { dayUtok: day ?? null, monthUtok: month ?? null };
}

function actorOf({ clientName }: Caller) {
  return { kind: 'system', id: `api:${clientName}` } as const;
}

async function userView({ reads }: ApiParts, { userId, asOf }: { userId: number; asOf: string }) {
  const limits = await reads.userLimits({ userId, asOf: new Date(asOf) });
  if (!limits) throw unknownUser();
  return { user_id: userId, ...windowsView(limits, 'user') };
}

async function callerView({ reads }: ApiParts, { caller, asOf }: { caller: Caller; asOf: string }) {
  const limits = await reads.callerLimits({ ...caller, asOf: new Date(asOf) });
  return { client: windowsView(limits, 'client'), key: windowsView(limits, 'key') };
}

function windowsView(limits: readonly SpendLimit[], scope: SpendLimit['scope']) {
  const viewOf = (window: SpendLimit['window']) => {
    const found = limits.find((one) => one.scope === scope && one.window === window);
    return found ? limitView(found) : null;
  };
  return { day: viewOf('day'), month: viewOf('month') };
}

function limitView({ limitUtok, usedUtok, resetsAt }: SpendLimit) {
  return {
    ...amountOut('limit', limitUtok),
    ...amountOut('used', usedUtok),
    ...amountOut('left', Math.max(0, limitUtok - usedUtok)),
    resets_at: resetsAt,
  };
}

function unknownUser(): ApiProblem {
  return new ApiProblem({ code: 'user_not_found', detail: 'No such user is known.' });
}
