import { serveSpends } from './endpoint';
import { openLedger, type LedgerPlace } from './ledger';

// The floor: the transaction of one spend behind HTTP, and nothing else.
const { port, ledger } = JSON.parse(process.argv[2] ?? '') as { port: number; ledger: LedgerPlace };
const { spend } = openLedger(ledger);
void serveSpends(port, spend);
