import { Composer, type Filter } from 'grammy';
import type { PaymentCard, PaymentRef } from '../../commands/repairs-contract';
import { localeOf, show, tell, type BotContext } from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { lines } from '../screen';
import { say } from '../wording';
import { askReason, type ActionParams, type AdminAction } from './actions';
import { guarded, hasRole, refuseButton, type AdminFeature, type Role } from './gate';
import { isQuestionOpen, openQuestion, questionOf } from './questions';

/** Who decides about money (section 3). */
const DECIDERS: readonly Role[] = ['finance', 'admin'];
const SHORTEST_EVIDENCE = 5;
const LONGEST_EVIDENCE = 500;

type EvidenceQuestion = { readonly kind: 'admin_evidence' } & PaymentRef;

/** A payment whose provider does not answer, and declaring it paid on evidence of one's own (OPS-3). */
export function paymentsFeature(parts: BotParts) {
  const action = markPaidAction(parts);
  const questions = new Composer<BotContext>();
  questions
    .on('message:text')
    .filter((ctx) => hasRole(ctx, DECIDERS) && isQuestionOpen(ctx, 'admin_evidence'))
    .use((ctx) => readEvidence(ctx, action));
  const feature: AdminFeature<'adm:pay'> = {
    commands: [
      {
        command: 'payment',
        roles: DECIDERS,
        handler: async (ctx, text) => {
          const payment = paymentNamed(text);
          if (payment) await showPayment(ctx, parts, payment);
          else await tell(ctx, { key: 'admin.payment.usage' });
        },
      },
    ],
    callbacks: guarded(DECIDERS, {
      'adm:pay': async (ctx, press) => {
        const item = press.id === undefined ? undefined : await parts.reads.openItem(press.id);
        if (item?.payment) await showPayment(ctx, parts, item.payment);
        else await refuseButton(ctx);
      },
    }),
    actions: [action],
  };
  return { ...feature, questions };
}

/** `mock mp_1`, or the id of its workflow as /stuck shows it: `pay:mock:mp_1`. */
function paymentNamed(text: string): PaymentRef | undefined {
  const [, provider, providerPaymentId] =
    /^(?:pay:)?([a-z_]{1,32})[\s:]+(\S{1,200})$/.exec(text) ?? [];
  return provider && providerPaymentId ? { provider, providerPaymentId } : undefined;
}

async function showPayment(ctx: BotContext, parts: BotParts, payment: PaymentRef): Promise<void> {
  const { provider, providerPaymentId } = payment;
  const card = await parts.commands.paymentCard({ provider, providerPaymentId });
  if (!card) {
    await tell(ctx, { key: 'admin.payment.over', params: { provider, providerPaymentId } });
    return;
  }
  const isPayable = card.allowedRepairs.includes('markPaid');
  await show(ctx, { text: cardText(ctx, card, isPayable), rows: [] }, { isNew: true });
  if (isPayable) openQuestion(ctx, { kind: 'admin_evidence', provider, providerPaymentId });
}

function cardText(ctx: BotContext, card: PaymentCard, isPayable: boolean): string {
  const { place } = ctx.visit;
  const { locale } = place;
  const { provider, providerPaymentId, phase, waitingFor, nextActionAt, facts } = card;
  const told = facts.map(({ state }) => state).join(', ');
  return lines(
    say(locale, 'admin.item.payment', { provider, providerPaymentId }),
    say(locale, 'admin.payment.phase', { phase, told }),
    say(locale, 'admin.item.waits', { what: waitingFor }),
    nextActionAt !== undefined &&
      say(locale, 'admin.payment.next', { at: instantText(nextActionAt, place) }),
    isPayable && '',
    isPayable && say(locale, 'admin.payment.evidence'),
  );
}

async function readEvidence(
  ctx: Filter<BotContext, 'message:text'>,
  action: AdminAction,
): Promise<void> {
  const question = questionOf<EvidenceQuestion>(ctx, 'admin_evidence');
  const evidence = ctx.message.text.trim();
  if (!question) return;
  if (evidence.length < SHORTEST_EVIDENCE || evidence.length > LONGEST_EVIDENCE) {
    const params = { least: SHORTEST_EVIDENCE, most: LONGEST_EVIDENCE };
    await tell(ctx, { key: 'admin.payment.evidence_length', params });
    return;
  }
  const { provider, providerPaymentId } = question;
  await askReason(ctx, action, { provider, providerPaymentId, evidence });
}

function refOf(params: ActionParams): PaymentRef {
  return {
    provider: String(params['provider']),
    providerPaymentId: String(params['providerPaymentId']),
  };
}

function markPaidAction(parts: BotParts): AdminAction {
  return {
    name: 'mark_paid',
    roles: DECIDERS,
    describe: async (ctx, params) => {
      const payment = refOf(params);
      const card = await parts.commands.paymentCard(payment);
      if (!card?.allowedRepairs.includes('markPaid')) return undefined;
      const evidence = String(params['evidence']);
      return say(localeOf(ctx), 'admin.payment.mark', { ...payment, evidence });
    },
    perform: async (ctx, { operationId, reason, params }) => {
      const evidence = String(params['evidence']);
      const operatorId = String(ctx.visit.userId);
      const answer = await parts.commands.repairPayment({
        ...{ payment: refOf(params), repair: 'mark_paid', evidence },
        ...{ operatorId, reason, operationId },
      });
      if (answer.kind === 'accepted') await tell(ctx, { key: 'admin.item.repaired' });
      else await tell(ctx, { key: 'admin.item.refused', params: { reason: answer.reason } });
    },
  };
}
