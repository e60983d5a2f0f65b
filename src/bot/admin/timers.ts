import type { Locale } from '../../domain/messages';
import type { TextKey } from '../../texts';
import { say } from '../wording';

/** Names of timers as workflows give them to the Web UI, in English, and the sentences they are for people. */
const TIMERS: Readonly<Record<string, TextKey>> = {
  'a timer': 'clock.timer.a_timer',
  'Until the reminder of the unpaid invoice': 'clock.timer.invoice_reminder',
  'Until the provider is asked again': 'clock.timer.provider_asked',
  'Until the invoice expires': 'clock.timer.invoice_expires',
  'Until nobody watches for late money any more': 'clock.timer.watch_over',
  'Until the refund is asked about again': 'clock.timer.refund_asked',
  'Until delivery is retried': 'clock.timer.delivery',
  'Until the plan is confirmed': 'clock.timer.plan_confirmed',
  'Until the holds are looked at again': 'clock.timer.holds',
  'Until the person can change their mind no more': 'clock.timer.erasure',
  'Until the gift goes back to its buyer': 'clock.timer.gift_back',
  'Until standing orders are looked after again': 'clock.timer.topup_sweep',
  'Until a top-up may be tried again': 'clock.timer.topup_again',
  'Until the link is over': 'clock.timer.link_over',
  'Until the notice that a lot will expire': 'clock.timer.lot_notice',
  'Until the end of a lot': 'clock.timer.lot_end',
  'Until operators are reminded of the evidence': 'clock.timer.evidence',
  'Until the proposal expires': 'clock.timer.proposal_over',
  'Until the silence of the job means that its last report is missing': 'clock.timer.job_silent',
  'Until the rates are looked at again': 'clock.timer.rates',
  'Until audit rows are sealed again': 'clock.timer.seals',
  'Until the lease of the hold ends': 'clock.timer.lease',
  'Until the reward is due': 'clock.timer.reward',
  'Until the last messages are looked at': 'clock.timer.broadcast_last',
  'Until the outbox has room again': 'clock.timer.broadcast_room',
  'Until the outbox is looked at again': 'clock.timer.outbox',
  'The silence Telegram asked for': 'clock.timer.telegram_silence',
  'The pause Telegram wants between messages of one chat': 'clock.timer.telegram_pause',
  'Until all chats have rested': 'clock.timer.chats_rested',
  'The watcher of the wallet ends just now': 'clock.timer.watcher',
  'Until the next page of offers': 'clock.timer.offers_page',
  'Until the offers close': 'clock.timer.offers_close',
  'Until the rows are read again': 'clock.timer.rows',
  'Until the trial is about to end': 'clock.timer.trial_soon',
  'Until the reminder before the trial ends': 'clock.timer.trial_reminder',
  'Until the trial turns into what follows it': 'clock.timer.trial_turns',
  'Until the end of the trial, which is paid on': 'clock.timer.trial_over',
  'Until the period ends': 'clock.timer.period_ends',
  'Until the charge of the saved method to be sent': 'clock.timer.charge_sent',
  'Until the outcome of a charge at the provider': 'clock.timer.charge_asked',
  'Until Telegram to hear whether it may charge': 'clock.timer.stars',
  'Until the end of full access in grace': 'clock.timer.grace_over',
  'Until the end of the pause': 'clock.timer.pause_over',
  'Until the payment is booked': 'clock.timer.booked',
  'Until both sides are compared again': 'clock.timer.compared',
  'Until the list is asked for again': 'clock.timer.list_asked',
  'Until more differences are looked at': 'clock.timer.more_differences',
  'Until the night in which lists are compared': 'clock.timer.night',
  'Until failures are counted again': 'clock.timer.failures',
};

/** Names that carry figures, with what the figures are. */
const PATTERNS: readonly (readonly [RegExp, TextKey, readonly string[]])[] = [
  [/^Until the reminder (\d+) days before the gift ends$/, 'clock.timer.gift_reminder', ['days']],
  [/^Until reminder (\S+) of period (\d+)$/, 'clock.timer.sub_reminder', ['days', 'n']],
  [/^Until the renewal after period (\d+) \((.+)\)$/, 'clock.timer.renewal', ['n', 'step']],
  [/^Until the pause after period (\d+)$/, 'clock.timer.pause', ['n']],
  [/^Until the end of period (\d+)$/, 'clock.timer.end', ['n']],
];

/** What a timer waited for, in the reader's language; undefined for a name that no sentence belongs to. */
export function timerText(locale: Locale, summary: string): string | undefined {
  const key = Object.hasOwn(TIMERS, summary) ? TIMERS[summary] : undefined;
  if (key !== undefined) return say(locale, key);
  for (const [pattern, patternKey, names] of PATTERNS) {
    const values = pattern.exec(summary)?.slice(1);
    if (!values) continue;
    const params = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
    return say(locale, patternKey, params);
  }
  return undefined;
}
