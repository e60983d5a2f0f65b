import * as restate from '@restatedev/restate-sdk';
import { openLedger } from './ledger.mjs';

// The SDK counts on a function of Node 22.
Promise.withResolvers ??= () => {
  const open = {};
  open.promise = new Promise((resolve, reject) => Object.assign(open, { resolve, reject }));
  return open;
};

// A spend as a Restate handler; the ingress takes the idempotency key, the step keeps the outcome in the journal.
const { port, ledger } = JSON.parse(process.argv[2]);
const { spend } = openLedger(ledger);

const spends = restate.service({
  name: 'spends',
  handlers: {
    spend: async (ctx, { userId }) => {
      // The same for every attempt of one invocation, which the idempotency key names.
      const key = ctx.rand.uuidv4();
      return ctx.run('spend', () => spend({ key, userId }));
    },
  },
});

await restate.serve({ services: [spends], port });
