import { holdSettledSignal } from '../../../workflows/billing/hold/contract';
import { tokens } from '../../../src/domain/tokens';
import { Jobs, orderOf } from '../../workflows/support/hold-jobs';
import { MINUTE, SECOND } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

/** A hold in each state worth keeping a history of. */
export const HOLD_SCENES: Readonly<Record<string, Scene>> = {
  'hold-captured': async (theatre) => {
    const jobs = new Jobs(theatre);
    const one = await jobs.begin();
    await jobs.beat(one, 3);
    await jobs.capture(one, 4);
    await one.handle.result();
    return one.handle;
  },
  'hold-cancelled': async (theatre) => {
    const jobs = new Jobs(theatre);
    const one = await jobs.begin();
    await jobs.beat(one, 3);
    await one.handle.cancel();
    await one.handle.result();
    return one.handle;
  },
  'hold-expired': async (theatre) => {
    const jobs = new Jobs(theatre);
    const one = await jobs.begin();
    await jobs.beat(one, 3);
    await theatre.pass(one.handle.workflowId, MINUTE + SECOND);
    await one.handle.result();
    return one.handle;
  },
  'hold-kept': async (theatre) => {
    const jobs = new Jobs(theatre);
    const one = await jobs.begin();
    await jobs.beat(one, 3, 600);
    return one.handle;
  },
  'hold-refused': async (theatre) => {
    const answer = { kind: 'refused', code: 'insufficient_balance' } as const;
    theatre.play({ placeWorkHold: () => Promise.resolve({ answer }) });
    const jobs = new Jobs(theatre);
    const order = orderOf();
    await jobs.commands.placeHold(order);
    const handle = jobs.handleOf(order.holdKey);
    await handle.result();
    return handle;
  },
  'hold-settled-elsewhere': async (theatre) => {
    const jobs = new Jobs(theatre);
    const one = await jobs.begin();
    const found = await theatre.roles().findWorkHold({ holdKey: one.order.holdKey });
    const holdId = found?.hold.holdId ?? '';
    const end = { holdId, amountUtok: tokens(2), asOf: new Date().toISOString() };
    await theatre.roles().endHold({ ...end, by: 'capture' });
    await one.handle.signal(holdSettledSignal);
    await one.handle.result();
    return one.handle;
  },
};
