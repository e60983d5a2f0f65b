import type { DailyDigest, DigestReconciliation, DigestRevenue } from '../../domain/billing/digest';
import type { Locale, TemplateParams } from '../../domain/messages';
import { amountText, type Place } from '../display';
import { lines, type Screen } from '../screen';
import { say } from '../wording';
import { wordOf } from './words';

/** What operators read of the day before (NT-7). */
export const DIGEST_NOTICES = {
  'ops.digest': (params: TemplateParams['ops.digest'], { locale }: Place): Screen => {
    const digest = JSON.parse(params.digest) as DailyDigest;
    return {
      text: lines(
        say(locale, 'ops.digest', { day: params.day }),
        '',
        ...moneyLines(digest.revenue, locale),
        say(locale, 'ops.digest.new_payers', { count: digest.newPayers }),
        '',
        ...waitingLines(digest, locale),
      ),
      rows: [],
    };
  },
};

function moneyLines(revenue: readonly DigestRevenue[], locale: Locale): readonly string[] {
  const shown = revenue.flatMap(({ provider, received, returned, payments, returns }) => [
    ...(payments > 0
      ? [
          say(locale, 'ops.digest.money', {
            ...{ provider, payments, received: amountText(received, locale) },
          }),
        ]
      : []),
    ...(returns > 0
      ? [
          say(locale, 'ops.digest.returned', {
            ...{ provider, returns, returned: amountText(returned, locale) },
          }),
        ]
      : []),
  ]);
  return shown.length > 0 ? shown : [say(locale, 'ops.digest.no_money')];
}

function waitingLines(digest: DailyDigest, locale: Locale): readonly (string | false)[] {
  const { openItems, unknownPayments, unconfirmedRefunds, unverified } = digest;
  return [
    say(locale, openItems.length > 0 ? 'ops.digest.items' : 'ops.digest.no_items'),
    ...openItems.map(({ kind, count, overdue }) =>
      say(locale, overdue > 0 ? 'ops.digest.item_overdue' : 'ops.digest.item', {
        ...{ kind: wordOf(locale, 'admin.item', kind), count, overdue },
      }),
    ),
    unknownPayments > 0 && say(locale, 'ops.digest.unknown', { count: unknownPayments }),
    unconfirmedRefunds > 0 && say(locale, 'ops.digest.refunds', { count: unconfirmedRefunds }),
    unverified > 0 && say(locale, 'ops.digest.unverified', { count: unverified }),
    ...reconciledLines(digest.reconciled ?? [], locale),
  ];
}

function reconciledLines(
  reconciled: readonly DigestReconciliation[],
  locale: Locale,
): readonly string[] {
  return reconciled.flatMap(({ provider, payments, found, healed, open }) => [
    say(locale, 'ops.digest.reconciled', { provider, payments, found }),
    ...(healed + open > 0 ? [say(locale, 'ops.digest.differences', { healed, open })] : []),
  ]);
}
