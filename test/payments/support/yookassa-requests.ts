import { z } from 'zod';

// Which requests YooKassa takes, from its documentation: whatever is missing, unknown or of another type is refused.

const amount = z.strictObject({
  value: z.string().regex(/^\d{1,12}\.\d{2}$/),
  currency: z.literal('RUB'),
});

const metadata = z
  .record(z.string().min(1).max(32), z.string().max(512))
  .refine((members) => Object.keys(members).length <= 16);

const receipt = z.strictObject({
  customer: z
    .strictObject({
      email: z.email().optional(),
      phone: z
        .string()
        .regex(/^\d{11,15}$/)
        .optional(),
    })
    .refine(({ email, phone }) => email !== undefined || phone !== undefined),
  tax_system_code: z.number().int().min(1).max(6),
  items: z
    .array(
      z.strictObject({
        description: z.string().min(1).max(128),
        quantity: z.string().regex(/^\d+(\.\d{1,3})?$/),
        amount,
        vat_code: z.number().int().min(1).max(12),
        payment_mode: z.enum(['full_payment', 'full_prepayment', 'prepayment']),
        payment_subject: z.enum(['service', 'payment']),
      }),
    )
    .min(1)
    .max(100),
});

const payment = {
  amount,
  capture: z.boolean().optional(),
  description: z.string().min(1).max(128).optional(),
  metadata: metadata.optional(),
  merchant_customer_id: z.string().min(1).max(200).optional(),
  receipt: receipt.optional(),
};

const onPage = z.strictObject({
  ...payment,
  confirmation: z.strictObject({
    type: z.literal('redirect'),
    return_url: z.url().max(2048),
    locale: z.enum(['ru_RU', 'en_US']).optional(),
  }),
  save_payment_method: z.boolean().optional(),
});

const bySavedMethod = z.strictObject({ ...payment, payment_method_id: z.string().min(1) });

export const paymentRequest = z.union([onPage, bySavedMethod]);
export const refundRequest = z.strictObject({
  payment_id: z.string().length(36),
  amount,
  description: z.string().min(1).max(250).optional(),
  metadata: metadata.optional(),
  receipt: receipt.optional(),
});

export type PaymentRequest = z.infer<typeof paymentRequest>;
export type RefundRequestBody = z.infer<typeof refundRequest>;
