import { Composer } from 'grammy';
import { localeOf, show, tell, type BotContext, type CallbackHandlers } from '../context';
import { tokensText } from '../display';
import { UndeliveredFactError } from '../incidents';
import type { BotParts } from '../parts';
import { lines, linkButton, openButton, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';

/** Bringing others, and what that earns. */
export function inviteFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('invite', (ctx) => showInvitations(ctx, parts));
  const callbacks: CallbackHandlers<'nav:ref'> = {
    'nav:ref': (ctx) => showInvitations(ctx, parts),
  };
  return { composer, callbacks };
}

/** Where an invitation leads (BOT-10): only newcomers can be brought; everybody else simply sees the menu. */
export async function welcomeInvited(
  ctx: BotContext,
  parts: BotParts,
  code: string,
): Promise<void> {
  const { arrival, userId } = ctx.visit;
  if (!arrival.isNew) return;
  const isBrought = await parts.records.bringIn({ userId, code }).catch((cause: unknown) => {
    // After this update they are no newcomer any more, and who brought them would be forgotten.
    throw new UndeliveredFactError('who brought a newcomer is not kept yet', { cause });
  });
  if (isBrought) await tell(ctx, { key: 'referral.welcome' });
}

async function showInvitations(ctx: BotContext, parts: BotParts): Promise<void> {
  const invitations = await parts.reads.invitations(ctx.visit.userId);
  await show(ctx, invitationsScreen(ctx, parts, invitations));
}

type Invitations = Awaited<ReturnType<BotParts['reads']['invitations']>>;

function invitationsScreen(ctx: BotContext, parts: BotParts, invitations: Invitations): Screen {
  const locale = localeOf(ctx);
  const { percent, holdDays: days } = parts.settings.referral;
  const { joined, heldUtok, earnedUtok } = invitations;
  const link = `https://t.me/${ctx.me.username}?start=ref_${invitations.code}`;
  const words = sayPlainly(locale, 'referral.share_words');
  const url = `https://t.me/share/url?url=${encodeURIComponent(link)}&text=${encodeURIComponent(words)}`;
  return {
    text: lines(
      say(locale, 'referral.title'),
      say(locale, 'referral.text', { percent, days }),
      '',
      say(locale, 'referral.link', { link }),
      '',
      say(locale, 'referral.joined', { count: joined }),
      say(locale, 'referral.earned', { tokens: tokensText(earnedUtok, locale) }),
      heldUtok > 0 && say(locale, 'referral.on_hold', { tokens: tokensText(heldUtok, locale) }),
    ),
    rows: [
      [linkButton({ locale, key: 'button.share' }, url)],
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}
