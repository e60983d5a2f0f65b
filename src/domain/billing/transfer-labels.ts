import type { Locale } from '../messages';

/**
 * Every kind of transfer in words (LG-10), by the names of the bot's texts: what a person reads in the chat, and what a
 * client of the API shows, are the same.
 */
export const TRANSFER_LABELS = {
  ru: {
    'history.kind.topup': 'Пополнение',
    'history.kind.pack': 'Пакет токенов',
    'history.kind.sale': 'Покупка',
    'history.kind.grant': 'Начисление',
    'history.kind.trial': 'Пробный период',
    'history.kind.promo_bonus': 'Бонус',
    'history.kind.subscription_fee': 'Плата за период',
    'history.kind.spend': 'Расход',
    'history.kind.hold_capture': 'Расход',
    'history.kind.gift_out': 'Подарок отправлен',
    'history.kind.gift_in': 'Подарок получен',
    'history.kind.refund': 'Возврат',
    'history.kind.reversal': 'Исправление',
    'history.kind.adjustment': 'Корректировка',
    'history.kind.breakage': 'Сгорание',
    'history.kind.writeoff': 'Списание долга',
    'history.kind.quarantine': 'На проверке',
    'history.kind.dispute': 'Спор с банком',
    'history.kind.quarantine_release': 'Зачисление после проверки',
    'history.kind.other': 'Операция',
  },
  en: {
    'history.kind.topup': 'Top-up',
    'history.kind.pack': 'Token pack',
    'history.kind.sale': 'Purchase',
    'history.kind.grant': 'Granted',
    'history.kind.trial': 'Trial',
    'history.kind.promo_bonus': 'Bonus',
    'history.kind.subscription_fee': 'Period fee',
    'history.kind.spend': 'Spent',
    'history.kind.hold_capture': 'Spent',
    'history.kind.gift_out': 'Gift sent',
    'history.kind.gift_in': 'Gift received',
    'history.kind.refund': 'Refund',
    'history.kind.reversal': 'Correction',
    'history.kind.adjustment': 'Adjustment',
    'history.kind.breakage': 'Expired',
    'history.kind.writeoff': 'Debt written off',
    'history.kind.quarantine': 'Under review',
    'history.kind.dispute': 'Dispute with the bank',
    'history.kind.quarantine_release': 'Credited after review',
    'history.kind.other': 'Movement',
  },
} as const;

/** A kind in words. */
export function transferLabel(kind: string, locale: Locale): string {
  const labels: Readonly<Record<string, string>> = TRANSFER_LABELS[locale];
  return labels[`history.kind.${kind}`] ?? TRANSFER_LABELS[locale]['history.kind.other'];
}
