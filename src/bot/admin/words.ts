import type { Locale } from '../../domain/messages';
import type { HistoryRow } from '../../reads/billing';
import { TEXTS, type TextKey } from '../../texts';
import type { BotContext } from '../context';
import { instantText, signedTokensText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { say } from '../wording';

/** A word of the database in the person's language, or the word itself where nobody has named it. */
export function wordOf(locale: Locale, area: string, word: string): string {
  const key = `${area}.${word}`;
  return key in TEXTS[locale] ? say(locale, key as TextKey) : word;
}

/** One movement of a wallet in one line. */
export function movementLine(ctx: BotContext, row: HistoryRow): string {
  const { place } = ctx.visit;
  const { locale } = place;
  return say(locale, 'history.line', {
    kind: wordOf(locale, 'history.kind', row.kind),
    amount: signedTokensText(row.amountUtok, locale),
    balance: tokensText(row.balanceAfterUtok, locale),
    at: instantText(row.asOf, place),
  });
}

/** The page of a workflow in the Web UI; undefined when operators have no address of it. */
export function workflowUrl(parts: BotParts, workflowId: string): string | undefined {
  const workflows = workflowsUrl(parts);
  return workflows && `${workflows}/${encodeURIComponent(workflowId)}`;
}

/** The list of everything that runs or ran for a person. */
export function personWorkflowsUrl(parts: BotParts, userId: number): string | undefined {
  const query = encodeURIComponent(`BillingUserId = "${userId}"`);
  const workflows = workflowsUrl(parts);
  return workflows && `${workflows}?query=${query}`;
}

function workflowsUrl({ settings }: BotParts): string | undefined {
  const { webUi } = settings;
  return webUi && `${webUi.baseUrl}/namespaces/${webUi.namespace}/workflows`;
}
