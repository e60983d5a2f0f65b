import { randomUUID } from 'node:crypto';
import { trackJobKey } from '../../../src/domain/billing/track-event';
import { reportTrackUpdate, trackJobId } from '../../../workflows/billing/track-job/contract';
import { report } from '../../support/tracks';
import { jobOf, reported, USER_ID } from '../../workflows/support/cast';
import { HOUR, MINUTE, type Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

const CLIENT = '0197a3c1-0000-7000-8000-000000000001';

/** A job that has told once what it cost so far. */
async function running(theatre: Theatre) {
  const event = report({ userId: USER_ID, taskRef: randomUUID(), isFinal: false });
  const jobKey = trackJobKey(CLIENT, event);
  theatre.recast({
    loadTrackJob: () => Promise.resolve(jobOf('open', new Date().toISOString())),
  });
  const handle = await theatre.start('trackJob', {
    workflowId: trackJobId(jobKey),
    input: { jobKey, clientId: CLIENT, userId: USER_ID },
  });
  const tell = async (change: Parameters<typeof report>[0]) => {
    const events = [report({ ...event, eventId: randomUUID(), ...change })];
    const arrivedAt = new Date().toISOString();
    return handle.executeUpdate(reportTrackUpdate, { args: [{ events, arrivedAt }] });
  };
  await tell({});
  return { handle, tell };
}

/** Jobs that report what they cost, in each state worth keeping a history of. */
export const TRACK_SCENES: Readonly<Record<string, Scene>> = {
  'track-job-running': async (theatre) => (await running(theatre)).handle,
  'track-job-settled': async (theatre) => {
    const { handle, tell } = await running(theatre);
    await tell({ isFinal: true });
    await handle.result();
    return handle;
  },
  'track-job-missing': async (theatre) => {
    const { handle } = await running(theatre);
    await theatre.pass(handle.workflowId, HOUR + MINUTE);
    await handle.result();
    return handle;
  },
  'track-job-priced-later': async (theatre) => {
    const { handle, tell } = await running(theatre);
    theatre.recast({
      recordReports: ({ events, arrivedAt }) =>
        Promise.resolve({ answers: events.map(reported), job: jobOf('priced_later', arrivedAt) }),
    });
    await tell({ isFinal: true, currency: 'USD' });
    return handle;
  },
};
