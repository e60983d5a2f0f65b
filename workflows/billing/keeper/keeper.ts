import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { createShowcase } from '../../visibility';
import { requireRepair } from '../repair-rules';
import {
  checkBooksUpdate,
  keeperStateQuery,
  type ChainCursor,
  type KeeperInput,
  type SealHorizon,
} from './contract';
import { applyRetention, checkInvariants, checkSeals, sealAudit } from './stubs';

/** Rows younger than this are not sealed (AU-1): a horizon is used one round after it was taken. */
const SEAL_EVERY_MS = 5 * 60_000;
/** The daily round is done at three in the morning UTC, when little else is. */
const ROUND_AT_MS = 3 * 3_600_000;

interface Desk {
  horizon: SealHorizon | undefined;
  checkedOn: string | undefined;
  isRoundAskedFor: boolean;
  sealAtMs: number;
}

/**
 * Keeps the books honest: seals the audit every five minutes, and once a day checks the seals and the invariants and
 * empties what may not be kept longer. It never ends; a long history continues as new.
 */
export async function keeper(input: KeeperInput): Promise<void> {
  const desk = layDesk(input);
  const show = createShowcase();
  for (;;) {
    if (Date.now() >= desk.sealAtMs) await seal(desk);
    if (isRoundDue(desk)) await doRound(desk);
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof keeper>(carried(desk));
    }
    show({ state: 'keeping', waitingFor: 'the next audit rows to seal' });
    await condition(() => desk.isRoundAskedFor, Math.max(1, desk.sealAtMs - Date.now()), {
      summary: 'Until audit rows are sealed again',
    });
  }
}

function layDesk(input: KeeperInput): Desk {
  const desk: Desk = {
    horizon: input.horizon,
    checkedOn: input.checkedOn,
    isRoundAskedFor: false,
    // A run that continues took its horizon just now.
    sealAtMs: input.horizon === undefined ? 0 : Date.now() + SEAL_EVERY_MS,
  };
  setHandler(
    checkBooksUpdate,
    () => {
      desk.isRoundAskedFor = true;
      return { accepted: 'the books are checked now; what is broken becomes an open item' };
    },
    { validator: requireRepair },
  );
  setHandler(keeperStateQuery, () => ({
    horizon: desk.horizon,
    checkedOn: desk.checkedOn,
    waitingFor: 'the next audit rows to seal',
  }));
  return desk;
}

async function seal(desk: Desk): Promise<void> {
  const sealed = await sealAudit(desk.horizon === undefined ? {} : { horizon: desk.horizon });
  desk.horizon = sealed.horizon;
  desk.sealAtMs = Date.now() + SEAL_EVERY_MS;
}

function isRoundDue(desk: Desk): boolean {
  return desk.isRoundAskedFor || desk.checkedOn !== roundDay();
}

/** The day whose round is the newest one due. */
function roundDay(): string {
  return new Date(Date.now() - ROUND_AT_MS).toISOString().slice(0, 10);
}

async function doRound(desk: Desk): Promise<void> {
  desk.isRoundAskedFor = false;
  desk.checkedOn = roundDay();
  const asOf = new Date(Date.now()).toISOString();
  let cursor: ChainCursor | undefined;
  do {
    cursor = (await checkSeals(cursor === undefined ? { asOf } : { asOf, cursor })).cursor;
  } while (cursor);
  await checkInvariants({ asOf });
  await applyRetention({ asOf });
}

function carried({ horizon, checkedOn }: Desk): KeeperInput {
  return {
    ...(horizon === undefined ? {} : { horizon }),
    ...(checkedOn === undefined ? {} : { checkedOn }),
  };
}
