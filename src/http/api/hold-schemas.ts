import { z } from 'zod';
import {
  LONGEST_LEASE_SECONDS,
  ON_EXPIRY,
  SHORTEST_LEASE_SECONDS,
  type HoldView,
} from '../../domain/billing/hold';
import {
  amountOut,
  amountShape,
  instant,
  positiveTokens,
  tokenAmount,
  userIdParam,
  uuid,
} from './schemas';

const leaseSeconds = z.int().min(SHORTEST_LEASE_SECONDS).max(LONGEST_LEASE_SECONDS);

export const userParams = z.strictObject({ userId: userIdParam });
export const holdParams = z.strictObject({ holdId: uuid });

export const holdOrder = z
  .strictObject({
    amount: positiveTokens,
    lease_seconds: leaseSeconds,
    on_expiry: z.enum(ON_EXPIRY).optional(),
    track: z.string().min(1).max(100).optional(),
    description: z.string().min(1).max(500).optional(),
  })
  .meta({ id: 'HoldOrder' });

export const heartbeat = z
  .strictObject({
    reported_total: tokenAmount.optional(),
    extend_seconds: leaseSeconds.optional(),
  })
  .meta({ id: 'HoldHeartbeat' });

export const capture = z
  .strictObject({ amount: tokenAmount.optional(), post_paid: z.boolean().optional() })
  .meta({ id: 'HoldCapture' });

export const release = z.strictObject({}).meta({ id: 'HoldRelease' });

const charge = z
  .object({
    charge_id: uuid,
    transfer_id: uuid.nullable(),
    ...amountShape('requested'),
    ...amountShape('amount'),
    ...amountShape('uncollected'),
  })
  .meta({
    id: 'HoldCharge',
    description: 'What the settlement took; absent when all was released',
  });

export const holdOut = z
  .object({
    hold_id: uuid,
    user_id: z.int(),
    state: z.enum(['active', 'captured', 'released', 'expired']),
    ...amountShape('amount'),
    ...amountShape('reported'),
    ...amountShape('captured'),
    ...amountShape('released'),
    lease_until: instant,
    on_expiry: z.enum(ON_EXPIRY),
    track: z.string().nullable(),
    description: z.string().nullable(),
    created_at: instant,
    ended_by: z.enum(['capture', 'release', 'expiry', 'track', 'cancel', 'operator']).nullable(),
    ended_at: instant.nullable(),
    charge: charge.nullable(),
  })
  .meta({ id: 'Hold' });

/** A hold as every answer about it carries it. */
export function holdBody(view: HoldView): z.input<typeof holdOut> {
  return {
    hold_id: view.holdId,
    user_id: view.userId,
    state: view.state,
    ...amountOut('amount', view.amountUtok),
    ...amountOut('reported', view.reportedUtok),
    ...amountOut('captured', view.capturedUtok),
    ...amountOut('released', view.releasedUtok),
    lease_until: view.leaseUntil,
    on_expiry: view.onExpiry,
    track: view.track ?? null,
    description: view.description ?? null,
    created_at: view.createdAt,
    ended_by: view.endedBy ?? null,
    ended_at: view.endedAt ?? null,
    charge: view.charge ? chargeBody(view.charge) : null,
  };
}

function chargeBody(of: NonNullable<HoldView['charge']>) {
  return {
    charge_id: of.chargeId,
    transfer_id: of.transferId,
    ...amountOut('requested', of.requestedUtok),
    ...amountOut('amount', of.chargedUtok),
    ...amountOut('uncollected', of.uncollectedUtok),
  };
}
