import type { WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../../src/commands/start';
import { fundsArrivedSignal } from '../../../workflows/billing/contract';
import {
  cancelSubscriptionUpdate,
  muteRemindersUpdate,
  pauseSubscriptionUpdate,
  upcomingQuery,
} from '../../../workflows/billing/subscription/contract';
import { until } from '../../support/stack';
import { USER_ID } from '../../workflows/support/cast';
import { bankRoles, orderedRows, PAID, SILENT } from '../../workflows/support/renewal-charge';
import {
  begin,
  change,
  due,
  renewed,
  rowsOf,
  subscriptionRoles,
  takeFrom,
  type Rows,
} from '../../workflows/support/subscriptions';
import { DAY, HOUR, MINUTE, type Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

const OWNER = { actor: { kind: 'user', id: String(USER_ID) } } as const;

/** Histories of runs that began before subscriptions renewed. No code of today can play them, only replay them. */
export const FIRST_SHAPE: readonly string[] = [
  'subscription-expired',
  'subscription-trial-expired',
  'subscription-trial-paid-on',
  'subscription-waiting',
];

async function played(theatre: Theatre, rows: Rows, roles: Parameters<Theatre['play']>[0] = {}) {
  theatre.play({ ...subscriptionRoles(rows), ...roles });
  return begin(theatre, rows);
}

/** The renewal finds nothing to take; what is left is less access and the end. */
function unpaid(rows: Rows): Parameters<Theatre['play']>[0] {
  return {
    takeSubscriptionStep: (asked) => {
      if (asked.name !== 'renew:0') return Promise.resolve(takeFrom(rows, asked));
      const steps = [due('restrict', 'restrict', 33), due('expire', 'expire', 38)];
      change(rows, { state: 'past_due', steps });
      return Promise.resolve({ kind: 'done' });
    },
  };
}

/** A subscription that renews, in each state worth keeping a history of. */
export const SUBSCRIPTION_SCENES: Readonly<Record<string, Scene>> = {
  'subscription-course-renewed': async (theatre) => {
    const steps = [due('remind', 'remind:3', 27), due('renew', 'renew:0', 30)];
    const rows = rowsOf({ steps });
    const handle = await played(theatre, rows);
    await theatre.pass(handle.workflowId, 31 * DAY);
    await until('it is renewed', async () => (await handle.query(upcomingQuery))?.periodN === 1);
    return handle;
  },
  'subscription-course-foreseen': async (theatre) => {
    const steps = [due('remind', 'remind:3', 27), due('renew', 'renew:0', 30)];
    const rows = rowsOf({ steps });
    const handle = await played(theatre, rows);
    await theatre.pass(handle.workflowId, 61 * DAY);
    await until('it is renewed', async () => (await handle.query(upcomingQuery))?.periodN === 2);
    return handle;
  },
  'subscription-course-at-once': async (theatre) => {
    const rows = rowsOf();
    let tries = 0;
    // Three tries in the worker that holds the workflow, and then those of an ordinary activity.
    const away = (asked: Parameters<typeof takeFrom>[1]) => {
      tries += 1;
      return tries < 5
        ? Promise.reject(new Error('the database is away'))
        : Promise.resolve(takeFrom(rows, asked));
    };
    const handle = await played(theatre, rows, { takeSubscriptionStep: away });
    await theatre.pass(handle.workflowId, 31 * DAY);
    await until('it is renewed', async () => (await handle.query(upcomingQuery))?.periodN === 1);
    await theatre.pass(handle.workflowId, 30 * DAY);
    await until('again', async () => (await handle.query(upcomingQuery))?.periodN === 2);
    return handle;
  },
  'subscription-course-in-one-task': async (theatre) => {
    const rows = rowsOf();
    const handle = await played(theatre, rows);
    await theatre.pass(handle.workflowId, 61 * DAY);
    await until('it is renewed', async () => (await handle.query(upcomingQuery))?.periodN === 2);
    return handle;
  },
  'subscription-course-unpaid-then-over': async (theatre) => {
    const rows = rowsOf();
    const handle = await played(theatre, rows, unpaid(rows));
    await theatre.pass(handle.workflowId, 40 * DAY);
    await handle.result();
    return handle;
  },
  'subscription-course-paid-at-last': async (theatre) => {
    const rows = rowsOf();
    const handle = await played(theatre, rows, unpaid(rows));
    await theatre.pass(handle.workflowId, 31 * DAY);
    change(rows, { steps: [due('renew', 'renew:funds', 0)] });
    theatre.recast(subscriptionRoles(rows));
    await handle.signal('fundsArrived');
    await until('it is paid', async () => (await handle.query(upcomingQuery))?.periodN === 1);
    return handle;
  },
  'subscription-course-paused-and-resumed': async (theatre) => {
    const rows = rowsOf();
    const handle = await played(theatre, rows, {
      grantWish: () => {
        change(rows, { state: 'paused', access: 'none', steps: [due('resume', 'resume', 10)] });
        return Promise.resolve({ kind: 'done', effect: 'paused' });
      },
    });
    const wish = { ...OWNER, days: 10, from: 'now' } as const;
    await handle.executeUpdate(pauseSubscriptionUpdate, { args: [wish] });
    await theatre.pass(handle.workflowId, 10 * DAY - HOUR);
    theatre.recast({
      takeSubscriptionStep: () => {
        change(rows, { state: 'active', access: 'full', steps: [due('renew', 'renew:0', 40)] });
        return Promise.resolve({ kind: 'done' });
      },
    });
    await theatre.pass(handle.workflowId, 2 * HOUR);
    await until('it goes on', async () => (await handle.query(upcomingQuery))?.state === 'active');
    return handle;
  },
  'subscription-course-cancelled': async (theatre) => {
    const rows = rowsOf();
    const handle = await played(theatre, rows, {
      grantWish: ({ kind }) => {
        if (kind === 'cancel') {
          change(rows, { state: 'cancelling', steps: [due('expire', 'expire', 30)] });
        }
        return Promise.resolve({ kind: 'done', effect: kind });
      },
    });
    await handle.executeUpdate(muteRemindersUpdate, { args: [{ ...OWNER, isMuted: true }] });
    await handle.executeUpdate(cancelSubscriptionUpdate, { args: [OWNER] });
    await theatre.pass(handle.workflowId, 31 * DAY);
    await handle.result();
    return handle;
  },
  'subscription-course-refused-step': async (theatre) => {
    const rows = rowsOf({ steps: [due('renew', 'renew:0', 1)] });
    const handle = await played(theatre, rows, {
      takeSubscriptionStep: () => Promise.resolve({ kind: 'moved' }),
    });
    await theatre.pass(handle.workflowId, DAY + 3 * MINUTE);
    return handle;
  },
  'subscription-course-in-a-fresh-run': async (theatre) => {
    const rows = rowsOf();
    const handle = await played(theatre, rows);
    const firstRun = (await handle.describe()).runId;
    const current = theatre.client.workflow.getHandle<Workflows['subscription']>(handle.workflowId);
    for (let count = 0; count < 6; count += 1) {
      await current.signal('fundsArrived', 'x'.repeat(900_000));
      await current.query(upcomingQuery);
    }
    await until('a fresh run', async () => (await current.describe()).runId !== firstRun);
    await current.executeUpdate(muteRemindersUpdate, { args: [{ ...OWNER, isMuted: true }] });
    await theatre.pass(handle.workflowId, 31 * DAY);
    await until('it is renewed', async () => (await current.query(upcomingQuery))?.periodN === 1);
    return current as WorkflowHandle;
  },
  'subscription-charge-sent': async (theatre) => {
    const rows = orderedRows();
    const handle = await played(theatre, rows, bankRoles(rows, { sent: [PAID], asked: [] }));
    await until('it is renewed', async () => (await handle.query(upcomingQuery))?.periodN === 1);
    return handle;
  },
  'subscription-charge-asked': async (theatre) => {
    const rows = orderedRows();
    const bank = { sent: [SILENT, SILENT], asked: [SILENT, { kind: 'none' } as const, PAID] };
    const handle = await played(theatre, rows, bankRoles(rows, bank));
    await until('it is sent', async () => theatre.calls('sendRenewalCharge').length === 1);
    await theatre.pass(handle.workflowId, MINUTE);
    await until('it is renewed', async () => (await handle.query(upcomingQuery))?.periodN === 1);
    return handle;
  },
  'subscription-charge-stuck-on-time': async (theatre) => {
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const steps = [{ kind: 'ask', name: 'ask:9', at: at(HOUR) }] as const;
    const charge = { since: at(0), isStuck: false, stuckAt: at(15 * MINUTE) };
    const rows = rowsOf({ state: 'past_due', driver: 'saved_method', steps, charge });
    const handle = await played(theatre, rows);
    await theatre.pass(handle.workflowId, 20 * MINUTE);
    renewed(rows);
    await handle.signal(fundsArrivedSignal);
    await until('it is renewed', async () => (await handle.query(upcomingQuery))?.periodN === 1);
    return handle;
  },
  'subscription-stars-renewed': async (theatre) => {
    const rows = rowsOf({ driver: 'stars', steps: [due('renew', 'renew:0', 31)] });
    const handle = await played(theatre, rows, {
      tellTelegram: () => {
        change(rows, { steps: [due('expire', 'expire', 60)] });
        return Promise.resolve();
      },
    });
    await theatre.pass(handle.workflowId, 30 * DAY);
    renewed(rows);
    await handle.signal(fundsArrivedSignal);
    await until('it is renewed', async () => (await handle.query(upcomingQuery))?.periodN === 1);
    change(rows, { state: 'cancelling', steps: [due('stars', 'stars', 0)] });
    await handle.signal(fundsArrivedSignal);
    await until('Telegram was told', async () => theatre.calls('tellTelegram').length === 1);
    return handle;
  },
};
