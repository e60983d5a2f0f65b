import type { TemplateParams } from '../../domain/messages';
import { instantText, type Place } from '../display';
import { button, lines, type Screen } from '../screen';
import { say } from '../wording';
import { actionTitle, detailLines, kopecks } from './describing';

type Summary = { readonly action: string; readonly details: string };
type Ending = 'proposal.executed' | 'proposal.failed' | 'proposal.rejected' | 'proposal.expired';

/** What operators are told about proposals. */
export const APPROVAL_NOTICES = {
  'proposal.opened': (params: TemplateParams['proposal.opened'], place: Place): Screen => ({
    text: proposalText(params, place),
    rows: [voteButtons(params.proposalId, place)],
  }),
  'proposal.executed': (params: TemplateParams['proposal.executed'], place: Place) =>
    ending('proposal.executed', params, place),
  'proposal.failed': (params: TemplateParams['proposal.failed'], place: Place) =>
    ending('proposal.failed', params, place),
  'proposal.rejected': (params: TemplateParams['proposal.rejected'], place: Place) =>
    ending('proposal.rejected', params, place),
  'proposal.expired': (params: TemplateParams['proposal.expired'], place: Place) =>
    ending('proposal.expired', params, place),
};

/** What is proposed, by whom, why, and what it needs; Telegram HTML. */
export function proposalText(
  proposal: Omit<TemplateParams['proposal.opened'], 'proposalId'>,
  place: Place,
): string {
  const { locale } = place;
  const amount = kopecks(proposal.amountMinor, locale);
  const until = instantText(proposal.until, place);
  return lines(
    ...what(proposal, place),
    say(locale, 'proposal.reason', { reason: proposal.reason }),
    say(locale, 'proposal.by', { user: String(proposal.proposedBy), amount }),
    say(locale, 'proposal.quorum', { quorum: proposal.quorum, until }),
  );
}

/** The two answers an operator can give. */
export function voteButtons(proposalId: string, { locale }: Place) {
  return [
    button({ locale, key: 'button.approve' }, { route: 'prop:ok', id: proposalId }),
    button({ locale, key: 'button.reject' }, { route: 'prop:no', id: proposalId }),
  ];
}

function what({ action, details }: Summary, place: Place): readonly string[] {
  const { locale } = place;
  return [
    say(locale, 'proposal.title', { action: actionTitle(locale, action) }),
    ...detailLines(place, JSON.parse(details)),
  ];
}

function ending<E extends Ending>(key: E, params: TemplateParams[E], place: Place): Screen {
  return { text: lines(...what(params, place), '', verdict(key, params, place)), rows: [] };
}

function verdict<E extends Ending>(key: E, params: TemplateParams[E], { locale }: Place): string {
  if (key !== 'proposal.rejected') {
    return say(locale, key, 'cause' in params ? { cause: params.cause } : {});
  }
  const { by, reason } = params as TemplateParams['proposal.rejected'];
  const user = String(by);
  return reason === undefined
    ? say(locale, key, { user })
    : say(locale, 'proposal.rejected_reason', { user, reason });
}
