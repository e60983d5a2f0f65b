import type { VoteOutcome } from '../../commands/contract';
import type { ProposalView } from '../../reads/billing';
import { guarded, type AdminFeature, type Role } from '../admin/gate';
import { localeOf, show, tell, toast, type BotContext, type Press } from '../context';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';
import { actionTitle } from './describing';
import { proposalText, voteButtons } from './notices';

/** Some role may allow something; which one allows what is decided where it is counted. */
const APPROVERS: readonly Role[] = ['finance', 'admin'];
const EVERYBODY: readonly Role[] = ['support', 'finance', 'admin'];

type Routes = 'prop:list' | 'prop:show' | 'prop:ok' | 'prop:no';

/** What waits for a second pair of eyes, and the two buttons under it (OPS-12). */
export function approveFeature(parts: BotParts): AdminFeature<Routes> {
  return {
    commands: [{ command: 'approve', roles: EVERYBODY, handler: (ctx) => showOpen(ctx, parts) }],
    callbacks: {
      ...guarded<'prop:list' | 'prop:show' | 'prop:no'>(EVERYBODY, {
        'prop:list': (ctx) => showOpen(ctx, parts),
        'prop:show': (ctx, press) => showOne(ctx, parts, press),
        'prop:no': (ctx, press) => vote(ctx, parts, { press, isApproval: false }),
      }),
      ...guarded<'prop:ok'>(APPROVERS, {
        'prop:ok': (ctx, press) => vote(ctx, parts, { press, isApproval: true }),
      }),
    },
  };
}

async function showOpen(ctx: BotContext, parts: BotParts): Promise<void> {
  const locale = localeOf(ctx);
  const open = await parts.reads.openProposals();
  if (open.length === 0) {
    await show(ctx, {
      text: say(locale, 'proposal.none'),
      rows: [[openButton(locale, 'button.menu', 'nav:menu')]],
    });
    return;
  }
  const rows = open.map(({ proposalId: id, action }, index) => [
    button(
      {
        locale,
        key: 'button.proposal',
        params: { n: index + 1, action: actionTitle(locale, action) },
      },
      { route: 'prop:show', id },
    ),
  ]);
  await show(ctx, { text: say(locale, 'proposal.list'), rows });
}

async function showOne(ctx: BotContext, parts: BotParts, { id }: Press): Promise<void> {
  const proposal = id === undefined ? undefined : await parts.reads.proposal(id);
  if (proposal) await show(ctx, card(ctx, proposal));
  else await tell(ctx, { key: 'proposal.unknown' });
}

function card(ctx: BotContext, proposal: ProposalView): Screen {
  const { place, userId } = ctx.visit;
  const { locale } = place;
  const { proposalId, approvedBy, state } = proposal;
  const details = JSON.stringify(proposal.params);
  const isOwn = proposal.proposedBy === userId;
  const withdraw = button({ locale, key: 'button.withdraw' }, { route: 'prop:no', id: proposalId });
  const votes = isOwn ? [withdraw] : voteButtons(proposalId, place);
  return {
    text: lines(
      proposalText({ ...proposal, details, until: proposal.expiresAt }, place),
      approvedBy.length > 0 && say(locale, 'proposal.given', { voters: approvedBy.join(', ') }),
      '',
      say(locale, `proposal.state.${state}`),
    ),
    rows: [...(state === 'open' ? [votes] : []), [openButton(locale, 'button.back', 'prop:list')]],
  };
}

async function vote(
  ctx: BotContext,
  parts: BotParts,
  cast: { press: Press; isApproval: boolean },
): Promise<void> {
  const { id: proposalId } = cast.press;
  if (proposalId === undefined) {
    await tell(ctx, { key: 'proposal.unknown' });
    return;
  }
  const { userId: operatorId } = ctx.visit;
  const { isApproval } = cast;
  const outcome = await parts.commands.vote({ proposalId, operatorId, isApproval });
  await sayOutcome(ctx, outcome);
  const proposal = await parts.reads.proposal(proposalId);
  if (proposal && outcome.kind !== 'refused') await show(ctx, card(ctx, proposal));
}

async function sayOutcome(ctx: BotContext, outcome: VoteOutcome): Promise<void> {
  switch (outcome.kind) {
    case 'counted':
      return toast(ctx, { key: 'vote.counted', params: { missing: outcome.missing } });
    case 'executed':
      return outcome.isDone
        ? toast(ctx, { key: 'proposal.state.executed' })
        : toast(ctx, {
            key: 'proposal.failed',
            params: {
              cause: outcome.reason ?? sayPlainly(localeOf(ctx), 'proposal.state.unknown'),
            },
            isAlert: true,
          });
    case 'rejected':
      return toast(ctx, { key: 'proposal.state.rejected' });
    case 'refused':
      return toast(ctx, { key: `vote.${outcome.reason}`, isAlert: true });
    case 'over':
      return toast(ctx, { key: 'vote.over', isAlert: true });
  }
}
