import type { Locale } from '../../domain/messages';

/** Every kind of transfer in words, for people who read what a client shows them (LG-10). */
export const TRANSFER_LABELS: Readonly<Record<Locale, Readonly<Record<string, string>>>> = {
  ru: {
    topup: 'Пополнение',
    pack: 'Пакет токенов',
    sale: 'Покупка',
    grant: 'Начисление',
    trial: 'Пробный период',
    promo_bonus: 'Бонус',
    subscription_fee: 'Плата за период',
    spend: 'Расход',
    hold_capture: 'Расход',
    gift_out: 'Подарок отправлен',
    gift_in: 'Подарок получен',
    refund: 'Возврат',
    reversal: 'Исправление',
    adjustment: 'Корректировка',
    breakage: 'Сгорание',
    writeoff: 'Списание долга',
    quarantine: 'На проверке',
    dispute: 'Спор с банком',
    quarantine_release: 'Зачисление после проверки',
    other: 'Операция',
  },
  en: {
    topup: 'Top-up',
    pack: 'Token pack',
    sale: 'Purchase',
    grant: 'Granted',
    trial: 'Trial',
    promo_bonus: 'Bonus',
    subscription_fee: 'Period fee',
    spend: 'Spent',
    hold_capture: 'Spent',
    gift_out: 'Gift sent',
    gift_in: 'Gift received',
    refund: 'Refund',
    reversal: 'Correction',
    adjustment: 'Adjustment',
    breakage: 'Expired',
    writeoff: 'Debt written off',
    quarantine: 'Under review',
    dispute: 'Dispute with the bank',
    quarantine_release: 'Credited after review',
    other: 'Movement',
  },
};

/** A kind in words. */
export function transferLabel(kind: string, locale: Locale): string {
  const labels = TRANSFER_LABELS[locale];
  return labels[kind] ?? labels['other'] ?? kind;
}
