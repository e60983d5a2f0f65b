import { and, eq, gte, isNull, or, gt, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Transaction } from '../../../drizzle/client';
import { apiClients, costMultipliers, tariffs } from '../../../drizzle/schema';
import type { ActionParams } from '../../../src/domain/billing/operations';
import { defineOperation, type OperationRefused } from './definition';

type Params = ActionParams['set_multiplier'];

/**
 * Sets what the costs of a track, a client or a tariff are multiplied by, from an instant on (TC-1). Rows are never
 * changed but for their end: a new one closes the one before it, and work that was charged keeps its multiplier.
 */
export const setMultiplier = defineOperation<Params>({
  roles: ['admin'],
  params: z.strictObject({
    track: z.string().min(1).max(100).optional(),
    client: z.string().min(1).optional(),
    tariff: z.string().min(1).optional(),
    multiplier: z.string().regex(/^\d{1,6}(\.\d{1,4})?$/),
    from: z.iso.datetime().optional(),
  }),
  run: async (tx, { params, asOf }) => {
    const scope = await scopeOf(tx, params);
    if ('kind' in scope) return scope;
    const validFrom = params.from === undefined ? asOf : new Date(params.from);
    if (validFrom < asOf) return refused('bad_term', 'it cannot begin in the past');
    const isScope = and(
      isSame(costMultipliers.track, scope.track),
      isSame(costMultipliers.clientId, scope.clientId),
      isSame(costMultipliers.tariffId, scope.tariffId),
    );
    const [later] = await tx
      .select({ id: costMultipliers.id })
      .from(costMultipliers)
      .where(and(isScope, gte(costMultipliers.validFrom, validFrom)));
    if (later) return refused('bad_term', 'another one begins then or later');
    const inForce = or(
      isNull(costMultipliers.validUntil),
      gt(costMultipliers.validUntil, validFrom),
    );
    const closed = await tx
      .update(costMultipliers)
      .set({ validUntil: validFrom })
      .where(and(isScope, inForce))
      .returning({ multiplier: costMultipliers.multiplier });
    const { multiplier } = params;
    const [row] = await tx
      .insert(costMultipliers)
      .values({ ...scope, multiplier, validFrom })
      .returning({ id: costMultipliers.id });
    const after = { ...params, from: validFrom.toISOString() };
    return {
      kind: 'done',
      result: after,
      audit: {
        action: 'multiplier.set',
        entity: 'setting',
        entityId: `multiplier:${row?.id ?? ''}`,
        before: { multiplier: closed[0]?.multiplier ?? null },
        after,
      },
    };
  },
});

interface Scope {
  readonly track: string | null;
  readonly clientId: string | null;
  readonly tariffId: string | null;
}

async function scopeOf(
  tx: Transaction,
  { track, client, tariff }: Params,
): Promise<Scope | OperationRefused> {
  const [clientRow] =
    client === undefined
      ? []
      : await tx.select({ id: apiClients.id }).from(apiClients).where(eq(apiClients.name, client));
  const [tariffRow] =
    tariff === undefined
      ? []
      : await tx.select({ id: tariffs.id }).from(tariffs).where(eq(tariffs.slug, tariff));
  if (client !== undefined && !clientRow) return refused('unknown_client', client);
  if (tariff !== undefined && !tariffRow) return refused('unknown_tariff', tariff);
  const [clientId, tariffId] = [clientRow?.id ?? null, tariffRow?.id ?? null];
  return { track: track ?? null, clientId, tariffId };
}

function isSame(column: PgColumn, value: string | null): SQL {
  return value === null ? isNull(column) : eq(column, value);
}

function refused(reason: string, detail: string): OperationRefused {
  return { kind: 'refused', reason, detail };
}
