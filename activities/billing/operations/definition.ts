import type { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import type { Role } from '../../../src/domain/billing/operations';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { Secrets } from '../../../src/domain/secrets';
import type {
  Json,
  OperationEffect,
  OperationRefusal,
  Operator,
} from '../../../workflows/billing/operation/contract';
import type { AuditEntry } from '../../audit';

/** What an action is done with; all of it inside one transaction. */
export interface OperationTask<P> {
  readonly params: P;
  readonly operator: Operator;
  readonly reason: string;
  readonly asOf: Date;
  /** The operation's workflow id: transfers and messages take keys that begin with it (P-5). */
  readonly key: string;
  readonly settings: BillingSettings;
  readonly secrets: Secrets;
  /** Those who allowed it; empty for what needs nobody else. */
  readonly approvers: readonly number[];
}

export interface OperationDone {
  readonly kind: 'done';
  /** What the operator is told; kept, so that a repeat is told the same. */
  readonly result: Json;
  /** The runner adds actor, reason, approvers and asOf, and writes it in the same transaction (AU-1). */
  readonly audit: Pick<AuditEntry, 'action' | 'entity' | 'entityId' | 'before' | 'after'>;
  /** What the workflow does after the commit, such as starting a process. */
  readonly effects?: readonly OperationEffect[];
}

/** Nothing is written: whatever the action did before it refused is rolled back. */
export interface OperationRefused {
  readonly kind: 'refused';
  readonly reason: OperationRefusal;
  readonly detail?: string;
}

export interface OperationDefinition<P> {
  /** Any of these may ask for it. */
  readonly roles: readonly Role[];
  /** Any of these may allow it; finance and admin when absent. */
  readonly approvers?: readonly Role[];
  readonly params: z.ZodType<P>;
  /**
   * What others must judge it by, in kopecks; undefined when these params need nobody else. An action without this
   * never needs anybody (OPS-12).
   */
  approval?(params: P, settings: BillingSettings): { readonly amountMinor: number } | undefined;
  /** Does it. Called once for each operation; a fault rolls everything back and is tried again. */
  run(tx: Transaction, task: OperationTask<P>): Promise<OperationDone | OperationRefused>;
}

/** An action whose params are of a type only it knows. */
export interface AnyOperation {
  readonly roles: readonly Role[];
  readonly approvers: readonly Role[];
  /** Reads the params; a text says what is wrong with them. */
  read(params: unknown): ReadyOperation | string;
}

export interface ReadyOperation {
  /** The params as they were understood. */
  readonly params: Json;
  approval(settings: BillingSettings): { readonly amountMinor: number } | undefined;
  run(
    tx: Transaction,
    task: Omit<OperationTask<never>, 'params'>,
  ): Promise<OperationDone | OperationRefused>;
}

/** Makes an action of the registry out of its definition. */
export function defineOperation<P>(definition: OperationDefinition<P>): AnyOperation {
  return {
    roles: definition.roles,
    approvers: definition.approvers ?? ['finance', 'admin'],
    read: (raw) => {
      const read = definition.params.safeParse(raw);
      if (!read.success) return read.error.issues.map(describeIssue).join('; ');
      const params = read.data;
      return {
        params: params as Json,
        approval: (settings) => definition.approval?.(params, settings),
        run: (tx, task) => definition.run(tx, { ...task, params }),
      };
    },
  };
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join('.')}: ${message}` : message;
}
