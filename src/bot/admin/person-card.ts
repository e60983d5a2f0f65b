import type { Locale } from '../../domain/messages';
import type { OpenItemLine, OrderLine, PersonCard } from '../../reads/admin/contract';
import { localeOf, type BotContext } from '../context';
import { amountText, instantText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, linkButton, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { hasRole } from './gate';
import { repairsButtons, subscriptionLines } from './person-subscription';
import { movementLine, personWorkflowsUrl, wordOf } from './words';

/** Everything an operator needs to see of a person at once, and what can be done from there. */
export async function personScreen(
  ctx: BotContext,
  parts: BotParts,
  card: PersonCard,
): Promise<Screen> {
  const locale = localeOf(ctx);
  const section = (title: 'lots' | 'orders' | 'items' | 'movements', of: readonly string[]) =>
    of.length > 0 && lines('', say(locale, `admin.person.${title}`), ...of);
  return {
    text: lines(
      ...identityLines(ctx, card),
      '',
      ...walletLines(ctx, card),
      ...(await subscriptionLines(ctx, parts, card.subscription)),
      section('lots', lotLines(ctx, card)),
      section(
        'orders',
        card.openInvoices.map((order) => orderLine(ctx, order)),
      ),
      section(
        'items',
        card.openItems.map((item) => itemLine(ctx, item)),
      ),
      section(
        'movements',
        card.recentTransfers.map((row) => movementLine(ctx, row)),
      ),
    ),
    rows: rowsOf(ctx, parts, card),
  };
}

function identityLines(ctx: BotContext, card: PersonCard): readonly (string | false)[] {
  const { place } = ctx.visit;
  const { locale } = place;
  const { name, username, unreachableSince } = card;
  const handle = username === null ? '' : `@${username}`;
  return [
    say(locale, 'admin.person.title', { name: [name, handle].filter(Boolean).join(' · ') }),
    say(locale, 'admin.person.identity', {
      ...{ id: String(card.userId), language: card.locale, zone: card.timeZone },
      since: instantText(card.registeredAt, place),
    }),
    card.isBlocked && say(locale, 'admin.person.blocked'),
    card.isMoneyFrozen && say(locale, 'admin.person.frozen'),
    unreachableSince !== null &&
      say(locale, 'admin.person.unreachable', { since: instantText(unreachableSince, place) }),
    card.roles.length > 0 && say(locale, 'admin.person.roles', { roles: card.roles.join(', ') }),
  ];
}

function walletLines(ctx: BotContext, card: PersonCard): readonly (string | false)[] {
  const locale = localeOf(ctx);
  const { heldUtok, debtUtok, balanceUtok, paid } = card;
  const held = tokensText(heldUtok, locale);
  const available = tokensText(balanceUtok - heldUtok, locale);
  const amounts = paid.map((amount) => amountText(amount, locale)).join(', ');
  return [
    say(locale, 'admin.person.balance', { balance: tokensText(balanceUtok, locale) }),
    heldUtok > 0 && say(locale, 'admin.person.held', { held, available }),
    debtUtok > 0 && say(locale, 'admin.person.debt', { debt: tokensText(debtUtok, locale) }),
    paid.length > 0 && say(locale, 'admin.person.paid', { amounts }),
  ];
}

function lotLines(ctx: BotContext, { lots, lotCount }: PersonCard): readonly string[] {
  const { place } = ctx.visit;
  const { locale } = place;
  const shown = lots.map(({ origin, remainingUtok, heldUtok, expiresAt }) =>
    say(locale, expiresAt === null ? 'admin.person.lot' : 'admin.person.lot_until', {
      origin: wordOf(locale, 'admin.origin', origin),
      tokens: tokensText(remainingUtok, locale),
      held: heldUtok > 0 ? ` (${tokensText(heldUtok, locale)} 🔒)` : '',
      until: expiresAt === null ? '' : instantText(expiresAt, place),
    }),
  );
  const rest = lotCount - lots.length;
  return rest > 0 ? [...shown, say(locale, 'admin.person.more_lots', { count: rest })] : shown;
}

function orderLine(ctx: BotContext, order: OrderLine): string {
  const locale = localeOf(ctx);
  return say(locale, 'admin.person.order', {
    no: order.no,
    amount: amountText(order.amount, locale),
    provider: order.provider,
    state: wordOf(locale, 'invoice.state', order.state),
  });
}

/** An open item in one line, wherever it is listed. */
export function itemLine(ctx: BotContext, { kind, amount, userId, dueAt }: OpenItemLine): string {
  const { place } = ctx.visit;
  const { locale } = place;
  return say(locale, 'admin.items.line', {
    kind: wordOf(locale, 'admin.item', kind),
    amount: amount === undefined ? '—' : amountText(amount, locale),
    user: userId === null ? '—' : String(userId),
    due: instantText(dueAt, place),
  });
}

function rowsOf(ctx: BotContext, parts: BotParts, card: PersonCard): Screen['rows'] {
  const locale = localeOf(ctx);
  const arg = String(card.userId);
  const items = card.openItems.map(({ openItemId: id, kind }) => {
    const params = { kind: wordOf(locale, 'admin.item', kind) };
    return [button({ locale, key: 'admin.button.item', params }, { route: 'adm:item', id })];
  });
  const url = personWorkflowsUrl(parts, card.userId);
  const links: readonly Button[] =
    url === undefined ? [] : [linkButton({ locale, key: 'admin.button.web_ui' }, url)];
  return [
    [
      button({ locale, key: 'admin.button.history' }, { route: 'adm:hist', arg }),
      button({ locale, key: 'admin.button.messages' }, { route: 'adm:msgs', arg }),
      ...(card.heldUtok > 0 ? [holdsButton(locale, arg)] : []),
      ...links,
    ],
    [...repairsButtons(ctx, card.userId, card.subscription)],
    ...items,
    hasRole(ctx, ['admin']) ? [blockButton(ctx, card)] : [],
    [button({ locale, key: 'admin.button.refresh' }, { route: 'adm:user', arg })],
  ];
}

function holdsButton(locale: Locale, arg: string): Button {
  return button({ locale, key: 'admin.button.holds' }, { route: 'adm:holds', arg });
}

function blockButton(ctx: BotContext, { isBlocked, userId }: PersonCard): Button {
  const locale = localeOf(ctx);
  const arg = String(userId);
  return isBlocked
    ? button({ locale, key: 'admin.button.unblock' }, { route: 'adm:free', arg })
    : button({ locale, key: 'admin.button.block' }, { route: 'adm:block', arg });
}
