import { DBOS } from '@dbos-inc/dbos-sdk';
import { openLedger, serveSpends } from './ledger.mjs';

// A spend as a DBOS workflow of one step; the idempotency key is the workflow's id.
const { port, ledger, systemDatabaseUrl } = JSON.parse(process.argv[2]);
const { spend } = openLedger(ledger);

const spendWorkflow = DBOS.registerWorkflow(
  async (wish) => DBOS.runStep(() => spend(wish), { name: 'spend' }),
  { name: 'spend' },
);

DBOS.setConfig({ name: 'bench-spend', systemDatabaseUrl, logLevel: 'warn' });
await DBOS.launch();
await serveSpends(port, async (wish) => {
  const handle = await DBOS.startWorkflow(spendWorkflow, { workflowID: wish.key })(wish);
  return handle.getResult();
});
