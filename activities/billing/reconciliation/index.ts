import type { ActivityDeps } from '../../deps';
import { acceptMismatch, assignMismatch } from './deciding';
import { matchStatement, pullStatement } from './matching';
import { alertOverdue, escalateMismatch, loadMismatch, weighMismatch } from './mismatches';
import { planReconciliation } from './planning';
import { openSilentItem } from './silence';
import { startMismatches } from './starting';

/** What `reconciliation` and `mismatch` do. Repeating any of it changes nothing. */
export function reconciliationActivities(deps: ActivityDeps) {
  return {
    planReconciliation: (question: Parameters<typeof planReconciliation>[1]) =>
      planReconciliation(deps, question),
    pullStatement: (asked: Parameters<typeof pullStatement>[1]) => pullStatement(deps, asked),
    matchStatement: (run: Parameters<typeof matchStatement>[1]) => matchStatement(deps, run),
    openSilentItem: (silent: Parameters<typeof openSilentItem>[1]) => openSilentItem(deps, silent),
    startMismatches: (page: Parameters<typeof startMismatches>[1]) => startMismatches(deps, page),
    loadMismatch: (name: Parameters<typeof loadMismatch>[1]) => loadMismatch(deps, name),
    weighMismatch: (weighed: Parameters<typeof weighMismatch>[1]) => weighMismatch(deps, weighed),
    escalateMismatch: (name: Parameters<typeof escalateMismatch>[1]) =>
      escalateMismatch(deps, name),
    alertOverdue: (name: Parameters<typeof alertOverdue>[1]) => alertOverdue(deps, name),
    acceptMismatch: (decision: Parameters<typeof acceptMismatch>[1]) =>
      acceptMismatch(deps, decision),
    assignMismatch: (decision: Parameters<typeof assignMismatch>[1]) =>
      assignMismatch(deps, decision),
  };
}
