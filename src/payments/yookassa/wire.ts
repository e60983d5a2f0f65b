import { z } from 'zod';

// What YooKassa's API version 3 says, as far as we read it. Members we do not use may come and go.

const amountSchema = z.object({ value: z.string(), currency: z.string() });
const id = z.string().min(1).max(200);
const instant = z.iso.datetime().optional().catch(undefined);

const cardSchema = z.object({
  last4: z.string().regex(/^\d{4}$/),
  card_type: z.string().optional(),
  expiry_year: z
    .string()
    .regex(/^\d{4}$/)
    .optional(),
  expiry_month: z
    .string()
    .regex(/^(0[1-9]|1[0-2])$/)
    .optional(),
});

const methodSchema = z.object({
  type: z.string(),
  id,
  saved: z.boolean(),
  status: z.string().optional(),
  title: z.string().optional(),
  card: cardSchema.optional().catch(undefined),
});

export const paymentSchema = z.object({
  id,
  status: z.enum(['pending', 'waiting_for_capture', 'succeeded', 'canceled']),
  amount: amountSchema,
  refunded_amount: amountSchema.optional(),
  created_at: instant,
  captured_at: instant,
  metadata: z.record(z.string(), z.unknown()).optional().catch(undefined),
  cancellation_details: z.object({ reason: z.string() }).optional().catch(undefined),
  confirmation: z.object({ confirmation_url: z.url().optional() }).optional().catch(undefined),
  payment_method: methodSchema.optional().catch(undefined),
  test: z.boolean().optional(),
});

export const refundSchema = z.object({
  id,
  payment_id: id,
  status: z.enum(['pending', 'succeeded', 'canceled']),
  amount: amountSchema,
  metadata: z.record(z.string(), z.unknown()).optional().catch(undefined),
  cancellation_details: z.object({ reason: z.string() }).optional().catch(undefined),
});

export const errorSchema = z.object({
  code: z.string(),
  description: z.string().optional(),
  parameter: z.string().optional(),
});

export const notificationSchema = z.object({
  type: z.literal('notification'),
  event: z.string().min(1).max(100),
  object: z.looseObject({ id }),
});

export type YookassaPayment = z.infer<typeof paymentSchema>;
export type YookassaRefund = z.infer<typeof refundSchema>;
export type YookassaMethod = z.infer<typeof methodSchema>;
