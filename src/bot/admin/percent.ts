import type { Locale } from '../../domain/messages';

/** `12,5 %`; a dash where there is nothing to compare with. */
export function percentText(locale: Locale, part: number, whole: number): string {
  if (whole === 0) return '—';
  const tenths = String(Math.round((part * 1_000) / whole)).padStart(2, '0');
  const [ones, tenth] = [tenths.slice(0, -1), tenths.slice(-1)];
  const fraction = tenth === '0' ? '' : `${locale === 'ru' ? ',' : '.'}${tenth}`;
  return `${ones}${fraction} %`;
}
