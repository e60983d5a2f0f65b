const CELLS = 10;
const FULL_PERCENT = 100;

/** How much of a limit is used, as a bar with its percent: `▓▓▓▓░░░░░░ 40%`. Rounded down, so that full means full. */
export function barText(usedUtok: number, limitUtok: number): string {
  const percent = percentOf(usedUtok, limitUtok);
  const cells = Math.min(CELLS, Math.floor((percent * CELLS) / FULL_PERCENT));
  return `${'▓'.repeat(cells)}${'░'.repeat(CELLS - cells)} ${percent}%`;
}

function percentOf(usedUtok: number, limitUtok: number): number {
  if (limitUtok <= 0) return FULL_PERCENT;
  return Number((BigInt(usedUtok) * BigInt(FULL_PERCENT)) / BigInt(limitUtok));
}

/** Tokens above zero as people type them, in micro-tokens; undefined for anything else. */
export function parseTokens(typed: string): number | undefined {
  const match = /^(\d{1,9})(?:[.,](\d{1,6}))?$/.exec(typed.replace(/[\s\u00a0]/g, ''));
  if (!match) return undefined;
  const utok = Number((match[1] ?? '') + (match[2] ?? '').padEnd(6, '0'));
  return utok > 0 ? utok : undefined;
}
