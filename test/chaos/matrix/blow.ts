import type { Ground, ProcessName } from './ground';
import { pause } from './patience';
import type { Victim } from './plan';
import type { Run } from './run';
import type { Stand, Wire } from './subject';

const CUT_MS = 1_000;
const HISTORY_PATIENCE_MS = 1_000;

const KILLED: Partial<Record<Victim, ProcessName>> = {
  ...{ worker: 'worker', server: 'server', bot: 'bot' },
  ...{ PostgreSQL: 'postgres', Temporal: 'temporal-server' },
};

/** The blow itself; what was held is lost with it, and each run notes where it stood. */
export async function blow(ground: Ground, victim: Victim, held: readonly Run[]): Promise<void> {
  for (const { subject } of held) subject.condemn();
  const notes = await Promise.all(held.map((run) => noteOf(ground, run)));
  const process = KILLED[victim];
  const strike = () => {
    for (const { run, note } of notes) run.strikes.push(note(performance.now()));
    for (const { subject } of held) subject.strike();
  };
  if (process === undefined) return cutWires(ground, { victim, wires: wiresOf(held), strike });
  await ground.kill(process);
  strike();
  await ground.ready(process);
}

function wiresOf(held: readonly Run[]): readonly Wire[] {
  return [...new Set(held.flatMap(({ subject }) => subject.held?.wire ?? []))];
}

async function cutWires(
  ground: Ground,
  { victim, wires, strike }: { victim: Victim; wires: readonly Wire[]; strike: () => void },
): Promise<void> {
  const links = wires.map((wire) => ground.link(wire));
  for (const link of links) link.cut();
  strike();
  await pause(victim === 'cut' ? CUT_MS : 0);
  for (const link of links) link.mend();
}

async function noteOf(ground: Ground, run: Run) {
  const stand = run.subject.held as Stand;
  const event = await lastEventOf(ground, stand.workflowId);
  return {
    run,
    note: (atMs: number) => ({ code: stand.code, heldMs: atMs - stand.sinceMs, event, atMs }),
  };
}

/** By a connection that nobody strikes; a history that is not begun yet has none. */
async function lastEventOf(
  { field }: Ground,
  workflowId: string | undefined,
): Promise<number | undefined> {
  if (workflowId === undefined) return undefined;
  const { client } = field;
  const { namespace } = client.options;
  const asked = client.workflowService
    .describeWorkflowExecution({ namespace, execution: { workflowId } })
    .then(({ workflowExecutionInfo }) => Number(workflowExecutionInfo?.historyLength ?? 0))
    .catch(() => undefined);
  return Promise.race([asked, pause(HISTORY_PATIENCE_MS).then(() => undefined)]);
}
