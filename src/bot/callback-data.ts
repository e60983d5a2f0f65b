import { assert } from '../domain/assert';
import { fromId22, toId22 } from './id22';

/** Everything a button can ask for. A button names one of these, and each of these has a handler: no button is dead. */
export const ROUTES = [
  'nav:menu',
  'nav:bal',
  'nav:top',
  'nav:tar',
  'nav:sub',
  'nav:hist',
  'nav:inv',
  'nav:set',
  'nav:help',
  'nav:terms',
  'terms:yes',
  'data:show',
  'data:copy',
  'data:ask',
  'data:erase',
  'data:keep',
  'set:lang',
  'top:amt',
  'top:cur',
  'top:other',
  'tar:show',
  'tar:pick',
  'q:ok',
  'q:auto',
  'q:no',
  'q:promo',
  'q:plain',
  'promo:ask',
  'promo:drop',
  'inv:show',
  'inv:chk',
  'inv:alt',
  'inv:use',
  'inv:can',
  'hist:pg',
  'nav:costs',
  'cost:span',
  'cost:pic',
  'cost:jobs',
  'ref:list',
  'ref:pick',
  'ref:why',
  'ref:ok',
  'ref:agree',
  'ref:drop',
  'nav:adm',
  'adm:go',
  'adm:ok',
  'adm:no',
  'sub:plans',
  'sub:to',
  'sub:at',
  'sub:keep',
  'sub:renew',
  'sub:pay',
  'sub:begin',
  'sub:auto',
  'sub:how',
  'sub:by',
  'sub:agree',
  'sub:card',
  'sub:pause',
  'sub:days',
  'sub:rest',
  'sub:resume',
  'sub:cancel',
  'sub:stop',
  'sub:stay',
  'sub:mute',
  'sub:move',
  'sub:when',
  'nav:next',
  'dun:top',
  'dun:how',
  'dun:pay',
  'dun:later',
  'dun:small',
  'dun:pause',
  'rcpt:pdf',
  'prop:list',
  'prop:show',
  'prop:ok',
  'prop:no',
  'adm:user',
  'adm:hist',
  'adm:items',
  'adm:item',
  'adm:fix',
  'adm:diff',
  'adm:stuck',
  'adm:block',
  'adm:free',
  'adm:maint',
  'nav:why',
  'why:show',
  'adm:stats',
  'adm:usage',
  'adm:usepic',
  'adm:chart',
  'adm:csv',
  'bc:list',
  'bc:new',
  'bc:aud',
  'bc:show',
  'bc:pause',
  'bc:resume',
  'bc:stop',
  'news:off',
  'set:news',
  'adm:promos',
  'adm:promo',
  'adm:code',
  'adm:codes',
  'adm:tars',
  'adm:tar',
  'adm:turn',
  'adm:sub',
  'adm:subfix',
  'adm:price',
  'adm:unprice',
  'price:yes',
  'price:no',
  'adm:topic',
  'adm:keys',
  'adm:key',
  'adm:rekey',
  'adm:nokey',
  'nav:lim',
  'lim:ask',
  'lim:off',
  'nav:gift',
  'nav:ref',
  'gift:buy',
  'gift:pick',
  'gift:show',
  'gift:back',
  'adm:off',
  'adm:pay',
  'adm:msgs',
  'adm:again',
  'adm:holds',
  'adm:unhold',
  'nav:auto',
  'auto:on',
  'auto:off',
  'auto:quit',
  'auto:set',
  'auto:card',
  'auto:pay',
  'nav:pm',
  'pm:show',
  'pm:ask',
  'pm:gone',
] as const;

export type Route = (typeof ROUTES)[number];

export interface CallbackData {
  readonly route: Route;
  /** The UUID of what the button is about. */
  readonly id?: string | undefined;
  readonly arg?: string | undefined;
}

/** The argument of a button under a receipt: the receipt must not turn into another screen under somebody's finger. */
export const NEW_MESSAGE = 'new';

/** Telegram's limit on what a button carries. */
const LONGEST_BYTES = 64;

/** `v1:<area>:<action>:<id22>[:<arg>]` (BOT-4). Data too long for a button is a bug of the screen. */
export function encodeCallback({ route, id, arg }: CallbackData): string {
  const id22 = id === undefined ? '' : toId22(id);
  assert(id22 !== undefined, `${id} is not a UUID`);
  const tail = arg !== undefined ? [id22, arg] : id22 === '' ? [] : [id22];
  const data = ['v1', route, ...tail].join(':');
  assert(Buffer.byteLength(data) <= LONGEST_BYTES, `button data ${data} is over 64 bytes`);
  return data;
}

/** Undefined for anything this version did not write: old keyboards, other bots, forgeries. */
export function decodeCallback(data: string): CallbackData | undefined {
  const match = /^v1:([a-z]+:[a-z]+)(?::([0-9A-Za-z]{0,22}))?(?::(.{1,32}))?$/.exec(data);
  if (!match || !isRoute(match[1])) return undefined;
  const [, route, id22, arg] = match;
  const id = id22 ? fromId22(id22) : undefined;
  if (id22 && id === undefined) return undefined;
  return { route: route, id, arg };
}

function isRoute(text: string | undefined): text is Route {
  return (ROUTES as readonly (string | undefined)[]).includes(text);
}
