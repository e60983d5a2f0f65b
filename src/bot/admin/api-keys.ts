import { readScopes, SCOPES } from '../../domain/billing/api-scopes';
import type { ApiKeyCard } from '../../reads/api';
import { localeOf, show, tell, type BotContext } from '../context';
import { instantText } from '../display';
import type { BotParts, MadeKey } from '../parts';
import { button, lines, type Button } from '../screen';
import { say } from '../wording';
import { askReason, type ActionParams, type AdminAction, type AdminRequest } from './actions';
import { guarded, refuseButton, type AdminFeature, type Role } from './gate';
import { tellOutcome } from './outcome';

const ADMINS: readonly Role[] = ['admin'];
/** How long a replaced key still opens, so that the other service can change over. */
const OVERLAP_HOURS = 24;

type KeyRoute = 'adm:keys' | 'adm:key' | 'adm:rekey' | 'adm:nokey';

interface KeyActions {
  readonly issue: AdminAction;
  readonly rotate: AdminAction;
  readonly revoke: AdminAction;
}

/** /api_keys: keys of other services, issued, rotated and revoked with a reason. A key is shown once, in the chat. */
export function apiKeysFeature(parts: BotParts): AdminFeature<KeyRoute> {
  const actions: KeyActions = {
    issue: issueAction(parts),
    rotate: rotateAction(parts),
    revoke: revokeAction(parts),
  };
  return {
    commands: [
      {
        command: 'api_keys',
        roles: ADMINS,
        handler: (ctx, line) =>
          line === '' ? showKeys(ctx, parts) : askToIssue(ctx, actions.issue, line),
      },
    ],
    callbacks: guarded(ADMINS, {
      'adm:keys': (ctx) => showKeys(ctx, parts),
      'adm:key': (ctx, press) => showKey(ctx, parts, press.arg),
      'adm:rekey': (ctx, press) => askReason(ctx, actions.rotate, { prefix: press.arg ?? '' }),
      'adm:nokey': (ctx, press) => askReason(ctx, actions.revoke, { prefix: press.arg ?? '' }),
    }),
    actions: Object.values(actions),
  };
}

async function showKeys(ctx: BotContext, parts: BotParts): Promise<void> {
  const locale = localeOf(ctx);
  const keys = await parts.reads.apiKeyCards();
  const text = lines(
    say(locale, keys.length === 0 ? 'admin.keys.none' : 'admin.keys.title'),
    '',
    say(locale, 'admin.keys.usage', { scopes: SCOPES.join(', ') }),
  );
  await show(ctx, { text, rows: keys.map((key) => [keyButton(ctx, key)]) });
}

function keyButton(ctx: BotContext, { prefix, client, state }: ApiKeyCard): Button {
  const key = state === 'open' ? 'admin.button.key_open' : 'admin.button.key_over';
  const params = { prefix, client };
  return button({ locale: localeOf(ctx), key, params }, { route: 'adm:key', arg: prefix });
}

async function keyOf(parts: BotParts, prefix: unknown): Promise<ApiKeyCard | undefined> {
  return (await parts.reads.apiKeyCards()).find((key) => key.prefix === prefix);
}

async function showKey(
  ctx: BotContext,
  parts: BotParts,
  prefix: string | undefined,
): Promise<void> {
  const key = await keyOf(parts, prefix);
  if (!key) {
    await refuseButton(ctx);
    return;
  }
  const locale = localeOf(ctx);
  const over: Button[] = [button({ locale, key: 'admin.button.keys' }, { route: 'adm:keys' })];
  const arg = key.prefix;
  const open: Button[] = [
    button({ locale, key: 'admin.button.key_rotate' }, { route: 'adm:rekey', arg }),
    button({ locale, key: 'admin.button.key_revoke' }, { route: 'adm:nokey', arg }),
  ];
  await show(ctx, { text: cardText(ctx, key), rows: [key.state === 'open' ? open : [], over] });
}

function cardText(ctx: BotContext, key: ApiKeyCard): string {
  const { place } = ctx.visit;
  const { locale } = place;
  const { prefix, client, scopes, rateLimit, state, expiresAt, lastUsedAt } = key;
  return lines(
    say(locale, 'admin.keys.card', { prefix, client }),
    say(locale, `admin.keys.state.${state}`),
    say(locale, 'admin.keys.scopes', { scopes: scopes.join(', ') }),
    rateLimit !== null && say(locale, 'admin.keys.rate', { calls: rateLimit }),
    expiresAt !== null && say(locale, 'admin.keys.until', { at: instantText(expiresAt, place) }),
    lastUsedAt === null
      ? say(locale, 'admin.keys.unused')
      : say(locale, 'admin.keys.used', { at: instantText(lastUsedAt, place) }),
  );
}

/** `<client> <scope,…>`, as the list says. */
async function askToIssue(ctx: BotContext, issue: AdminAction, line: string): Promise<void> {
  const [client = '', ...rest] = line.split(/\s+/);
  const { scopes, unknown } = readScopes(rest.join(' '));
  const [wrong] = unknown;
  const refusal = { key: 'admin.keys.no_scope', params: { scope: wrong ?? '' } } as const;
  if (wrong !== undefined) await tell(ctx, refusal);
  else if (scopes.length === 0) await tell(ctx, { key: 'admin.keys.scopeless' });
  else await askReason(ctx, issue, { client: client.slice(0, 100), scopes: scopes.join(', ') });
}

function issueAction(parts: BotParts): AdminAction {
  return {
    name: 'issue_api_key',
    roles: ADMINS,
    describe: async (ctx, params) => say(localeOf(ctx), 'admin.keys.issue', textsOf(params)),
    perform: (ctx, request) =>
      handOver(ctx, parts, ({ prefix, hash }) =>
        parts.commands.operate({
          ...{ ...askedBy(ctx, request), action: 'issue_api_key' },
          params: {
            client: String(request.params['client']),
            scopes: readScopes(String(request.params['scopes'])).scopes,
            ...{ prefix, hash: hash.toString('hex') },
          },
        }),
      ),
  };
}

function rotateAction(parts: BotParts): AdminAction {
  return {
    name: 'rotate_api_key',
    roles: ADMINS,
    describe: (ctx, params) => describe(ctx, parts, { params, key: 'admin.keys.rotate' }),
    perform: (ctx, request) =>
      handOver(ctx, parts, ({ prefix, hash }) =>
        parts.commands.operate({
          ...{ ...askedBy(ctx, request), action: 'rotate_api_key' },
          params: {
            replaces: String(request.params['prefix']),
            overlapHours: OVERLAP_HOURS,
            ...{ prefix, hash: hash.toString('hex') },
          },
        }),
      ),
  };
}

function revokeAction(parts: BotParts): AdminAction {
  return {
    name: 'revoke_api_key',
    roles: ADMINS,
    describe: (ctx, params) => describe(ctx, parts, { params, key: 'admin.keys.revoke' }),
    perform: async (ctx, request) => {
      const params = { prefix: String(request.params['prefix']) };
      const asked = { ...askedBy(ctx, request), action: 'revoke_api_key', params } as const;
      await tellOutcome(ctx, await parts.commands.operate(asked));
    },
  };
}

/** Nothing to do for a key that is over. */
async function describe(
  ctx: BotContext,
  parts: BotParts,
  { params, key: text }: { params: ActionParams; key: 'admin.keys.rotate' | 'admin.keys.revoke' },
): Promise<string | undefined> {
  const key = await keyOf(parts, params['prefix']);
  if (key?.state !== 'open') return undefined;
  const { prefix, client } = key;
  return say(localeOf(ctx), text, { prefix, client, hours: OVERLAP_HOURS });
}

function askedBy(ctx: BotContext, { operationId, reason }: AdminRequest) {
  return { operationId, reason, operator: { userId: ctx.visit.userId } };
}

function textsOf({ client, scopes }: ActionParams) {
  return { client: String(client), scopes: String(scopes) };
}

/**
 * Makes a key here and gives only its beginning and hash away, so that it never stands in a history or a log; shows it
 * when they are kept. A repeat after a failure has made another key than the one that is kept: that one was never shown.
 */
async function handOver(
  ctx: BotContext,
  parts: BotParts,
  keep: (made: MadeKey) => ReturnType<BotParts['commands']['operate']>,
): Promise<void> {
  const made = parts.makeApiKey();
  const outcome = await keep(made);
  if (!(await tellOutcome(ctx, outcome)) || outcome.kind !== 'done') return;
  const kept = (outcome.result as { readonly prefix?: string } | null)?.prefix;
  if (kept !== made.prefix) {
    await tell(ctx, { key: 'admin.keys.lost', params: { prefix: kept ?? '' } });
    return;
  }
  const text = say(localeOf(ctx), 'admin.keys.made', { key: made.key });
  await show(ctx, { text, rows: [] }, { isNew: true });
}
