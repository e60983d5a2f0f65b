import { cpus, loadavg, totalmem } from 'node:os';
import type postgres from 'postgres';
import { SERVER_VERSION } from '../src/embedded/temporal/versions';

/** Busy and total processor time of all cores so far. */
export interface ProcessorTime {
  readonly busyMs: number;
  readonly totalMs: number;
}

export function processorTime(): ProcessorTime {
  const times = cpus().map((cpu) => cpu.times);
  const totalMs = times.reduce(
    (sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq,
    0,
  );
  return { busyMs: totalMs - times.reduce((sum, { idle }) => sum + idle, 0), totalMs };
}

/** The share (0 to 1) of all cores that was busy between two readings. */
export function busyShare(from: ProcessorTime, to: ProcessorTime): number {
  return (to.busyMs - from.busyMs) / Math.max(1, to.totalMs - from.totalMs);
}

/** How busy the machine is while nothing is asked of it. */
export async function watchIdle(ms: number): Promise<{ share: number; load: number }> {
  const from = processorTime();
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { share: busyShare(from, processorTime()), load: loadavg()[0] ?? 0 };
}

/** The machine and what runs on it, in words. */
export async function describeMachine(sql: postgres.Sql): Promise<string> {
  const [row] = await sql<{ version: string }[]>`select split_part(version(), ' ', 2) as version`;
  const [first] = cpus();
  return [
    `${cpus().length} cores (${first?.model.trim() ?? 'unknown'})`,
    `${Math.round(totalmem() / 1024 ** 3)} GB of memory`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
    `PostgreSQL ${row?.version ?? 'unknown'}`,
    `Temporal server ${SERVER_VERSION}`,
  ].join(', ');
}
