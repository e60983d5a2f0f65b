import type { PaymentCard, PaymentRepair } from '../../commands/repairs-contract';
import type { OpenItemCard, OpenItemPage } from '../../reads/admin/contract';
import { localeOf, show, tell, type BotContext, type Press } from '../context';
import { amountText, instantText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, linkButton, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { differenceRows, differences } from './differences';
import { askReason, type ActionParams, type AdminAction, type AdminRequest } from './actions';
import { EVERY_ROLE, guarded, hasRole, refuseButton, type AdminFeature, type Role } from './gate';
import { itemLine } from './person-card';
import { wordOf, workflowUrl } from './words';
import { writeOffAction } from './writing-off';

/** What is asked for by one button; declaring a payment paid needs evidence and has a screen of its own. */
type ItemRepair = Exclude<PaymentRepair, 'mark_paid'>;

/** Who decides about money that matched nothing (section 3). */
const DECIDERS: readonly Role[] = ['finance', 'admin'];

const RESOLUTIONS: readonly ItemRepair[] = ['credit_wallet', 'complete_order', 'refund'];

/** What waits for a human, and the repairs its workflow takes. */
export function openItemsFeature(
  parts: BotParts,
): AdminFeature<'adm:items' | 'adm:item' | 'adm:fix' | 'adm:off' | 'adm:diff'> {
  const repair = repairAction(parts);
  const writeOff = writeOffAction(parts);
  const difference = differences(parts);
  return {
    commands: [
      { command: 'open', roles: EVERY_ROLE, handler: (ctx) => showItems(ctx, parts, undefined) },
    ],
    callbacks: {
      ...guarded(EVERY_ROLE, {
        'adm:items': (ctx, press) => showItems(ctx, parts, press.id),
        'adm:item': (ctx, press) => pressItem(ctx, parts, press.id),
      }),
      ...guarded(EVERY_ROLE, {
        'adm:off': (ctx, press) => pressWriteOff(ctx, parts, { action: writeOff, press }),
      }),
      ...difference.callbacks,
      ...guarded(DECIDERS, { 'adm:fix': (ctx, press) => pressRepair(ctx, repair, press) }),
    },
    actions: [repair, writeOff, difference.action],
  };
}

async function showItems(
  ctx: BotContext,
  parts: BotParts,
  after: string | undefined,
): Promise<void> {
  const page = await parts.reads.openItems(after);
  await show(ctx, itemsScreen(ctx, page, after !== undefined));
}

function itemsScreen(ctx: BotContext, page: OpenItemPage, isLater: boolean): Screen {
  const locale = localeOf(ctx);
  const buttons = page.rows.map(({ openItemId: id, kind, userId }) => {
    const kindText = wordOf(locale, 'admin.item', kind);
    const params = { kind: userId === null ? kindText : `${kindText} · ${userId}` };
    return [button({ locale, key: 'admin.button.item', params }, { route: 'adm:item', id })];
  });
  const turns: Button[] = [];
  if (isLater) turns.push(button({ locale, key: 'button.newest' }, { route: 'adm:items' }));
  if (page.nextAfter !== undefined) {
    turns.push(button({ locale, key: 'button.older' }, { route: 'adm:items', id: page.nextAfter }));
  }
  return {
    text: lines(
      say(locale, 'admin.items.title', { count: page.total }),
      '',
      ...page.rows.map((item) => itemLine(ctx, item)),
      page.rows.length === 0 && say(locale, 'admin.items.none'),
    ),
    rows: [...buttons, turns],
  };
}

async function pressItem(ctx: BotContext, parts: BotParts, id: string | undefined): Promise<void> {
  const item = id === undefined ? undefined : await parts.reads.openItem(id);
  if (item) await showItem(ctx, parts, item);
  else await refuseButton(ctx);
}

async function showItem(ctx: BotContext, parts: BotParts, item: OpenItemCard): Promise<void> {
  const card =
    item.state === 'open' && item.payment
      ? await parts.commands.paymentCard(item.payment)
      : undefined;
  await show(ctx, itemScreen(ctx, parts, { item, card }));
}

interface Shown {
  readonly item: OpenItemCard;
  /** What the payment's workflow says, when one runs. */
  readonly card: PaymentCard | undefined;
}

function itemScreen(ctx: BotContext, parts: BotParts, { item, card }: Shown): Screen {
  const { place } = ctx.visit;
  const { locale } = place;
  const { payment, userId, invoiceNo, resolution, resolvedBy } = item;
  return {
    text: lines(
      say(locale, 'admin.item.title', { kind: wordOf(locale, 'admin.item', item.kind) }),
      item.amount && say(locale, 'admin.item.amount', { amount: amountText(item.amount, locale) }),
      say(locale, 'admin.item.reason', { reason: item.reason }),
      userId !== null && say(locale, 'admin.item.user', { id: String(userId) }),
      invoiceNo !== null && say(locale, 'admin.item.invoice', { no: invoiceNo }),
      payment && say(locale, 'admin.item.payment', { ...payment }),
      say(locale, 'admin.item.due', { due: instantText(item.dueAt, place) }),
      item.state !== 'open' &&
        say(locale, 'admin.item.closed', { how: resolution ?? '—', by: resolvedBy ?? '—' }),
      card && say(locale, 'admin.item.waits', { what: card.waitingFor }),
    ),
    rows: [
      ...repairRows(ctx, item, card),
      ...differenceRows(ctx, item),
      ...writeOffRows(ctx, item),
      ...linkRows(ctx, parts, item),
    ],
  };
}

function repairRows(
  ctx: BotContext,
  item: OpenItemCard,
  card: PaymentCard | undefined,
): Screen['rows'] {
  if (!hasRole(ctx, DECIDERS)) return [];
  const locale = localeOf(ctx);
  const id = item.openItemId;
  const mark = card?.allowedRepairs.includes('markPaid')
    ? [[button({ locale, key: 'admin.repair.mark_paid' }, { route: 'adm:pay', id })]]
    : [];
  const repairs = repairsOf(card).map((repair) => [
    button({ locale, key: `admin.repair.${repair}` }, { route: 'adm:fix', id, arg: repair }),
  ]);
  return [...repairs, ...mark];
}

/** Anybody may propose it; it happens when others allow it (OPS-12). */
function writeOffRows(ctx: BotContext, { openItemId: id, state }: OpenItemCard): Screen['rows'] {
  if (state !== 'open') return [];
  return [
    [button({ locale: localeOf(ctx), key: 'admin.repair.write_off' }, { route: 'adm:off', id })],
  ];
}

/** The repairs the workflow would take now, as the bot offers them. */
function repairsOf(card: PaymentCard | undefined): readonly ItemRepair[] {
  const allowed = card?.allowedRepairs ?? [];
  return [
    ...(allowed.includes('resolve') ? RESOLUTIONS : []),
    ...(allowed.includes('retryDelivery') ? (['retry_delivery'] as const) : []),
  ];
}

function linkRows(ctx: BotContext, parts: BotParts, item: OpenItemCard): Screen['rows'] {
  const locale = localeOf(ctx);
  const { userId, payment } = item;
  const person =
    userId === null
      ? []
      : [
          button(
            { locale, key: 'admin.button.person' },
            { route: 'adm:user', arg: String(userId) },
          ),
        ];
  const url = payment && workflowUrl(parts, `pay:${payment.provider}:${payment.providerPaymentId}`);
  const web = url === undefined ? [] : [linkButton({ locale, key: 'admin.button.web_ui' }, url)];
  return [[...person, ...web], [button({ locale, key: 'button.back' }, { route: 'adm:items' })]];
}

async function pressRepair(ctx: BotContext, action: AdminAction, press: Press): Promise<void> {
  if (press.id === undefined || !isRepair(press.arg)) await refuseButton(ctx);
  else await askReason(ctx, action, { openItemId: press.id, repair: press.arg });
}

async function pressWriteOff(
  ctx: BotContext,
  parts: BotParts,
  { action, press }: { readonly action: AdminAction; readonly press: Press },
): Promise<void> {
  const item = press.id === undefined ? undefined : await parts.reads.openItem(press.id);
  if (!item) await refuseButton(ctx);
  else {
    const { openItemId, amount } = item;
    await askReason(ctx, action, { openItemId, amountMinor: amount?.minor ?? 0 });
  }
}

function isRepair(text: unknown): text is ItemRepair {
  return [...RESOLUTIONS, 'retry_delivery'].includes(text as ItemRepair);
}

function repairAction(parts: BotParts): AdminAction {
  const itemOf = ({ openItemId }: ActionParams) => parts.reads.openItem(String(openItemId));
  return {
    name: 'repair',
    roles: DECIDERS,
    describe: async (ctx, params) => {
      const item = await itemOf(params);
      if (item?.state !== 'open' || !item.payment || !isRepair(params['repair'])) return undefined;
      const locale = localeOf(ctx);
      return lines(
        say(locale, 'admin.item.repair', {
          repair: say(locale, `admin.repair.${params['repair']}`),
          kind: wordOf(locale, 'admin.item', item.kind),
        }),
        item.amount &&
          say(locale, 'admin.item.amount', { amount: amountText(item.amount, locale) }),
        item.userId !== null && say(locale, 'admin.item.user', { id: String(item.userId) }),
      );
    },
    perform: async (ctx, request) => {
      const item = await itemOf(request.params);
      const repair = request.params['repair'];
      if (!item?.payment || !isRepair(repair)) return;
      await performRepair(ctx, parts, { request, item, payment: item.payment, repair });
    },
  };
}

async function performRepair(
  ctx: BotContext,
  parts: BotParts,
  work: {
    readonly request: AdminRequest;
    readonly item: OpenItemCard;
    readonly payment: NonNullable<OpenItemCard['payment']>;
    readonly repair: ItemRepair;
  },
): Promise<void> {
  const { operationId, reason } = work.request;
  const { payment, repair, item } = work;
  const operatorId = String(ctx.visit.userId);
  const answer = await parts.commands.repairPayment({
    ...{ payment, repair, operatorId, reason, operationId },
  });
  if (answer.kind === 'accepted') await tell(ctx, { key: 'admin.item.repaired' });
  else await tell(ctx, { key: 'admin.item.refused', params: { reason: answer.reason } });
  const after = await parts.reads.openItem(item.openItemId);
  if (after) await showItem(ctx, parts, after);
}
