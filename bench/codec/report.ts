import { VARIANTS, type CodecCell, type CodecResults, type Load, type VariantName } from '.';

/** The run as Markdown: both sides of each load, their ratio, and what sealing costs by itself. */
export function codecReport({ plan, date, machine, cells, sealing }: CodecResults): string {
  const seconds = plan.measureMs / 1000;
  const costs = sealing.map(
    ({ bytes, microseconds }) =>
      `${bytes.toLocaleString('en')} bytes ${microseconds.toFixed(0)} µs`,
  );
  return [
    `Measured on ${date}: ${machine}. ${plan.rounds} rounds of ${seconds} s on each side in turn; ` +
      `medians, and medians of the ratios within one round. Temporal’s own histories show that one side is sealed and the other is not.`,
    table(
      HEAD,
      cells.flatMap((cell) => rowsOf(cell, plan.concurrency)),
    ),
    `Sealing and opening a payload, by themselves: ${costs.join(', ')}.`,
  ].join('\n\n');
}

const HEAD = ['Spends', 'Payloads', 'per second', 'p50 ms', 'p95 ms'];

const SIDES: Readonly<Record<VariantName, string>> = {
  plain: 'plain',
  sealed: 'sealed (`PAYLOAD_KEYS`)',
};

function rowsOf({ load, sides, ratios }: CodecCell, concurrency: number): string[][] {
  const words: Readonly<Record<Load, string>> = {
    alone: 'one by one, 5 a second',
    crowded: `${concurrency} concurrent`,
  };
  const measured = VARIANTS.map((name) => {
    const { perSecond, p50Ms, p95Ms } = sides[name];
    return [words[load], SIDES[name], perSecond.toFixed(0), p50Ms.toFixed(1), p95Ms.toFixed(1)];
  });
  const times = [ratios.perSecond, ratios.p50, ratios.p95].map((of) => `${of.toFixed(2)} ×`);
  return [...measured, [words[load], 'sealed to plain', ...times]];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
