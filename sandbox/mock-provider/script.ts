import { z } from 'zod';
import { DECLINE_CODES, DISPUTE_STAGES, EVASIONS, OUTAGE_SCOPES, PAYMENT_STATES } from './model';
import type { Script } from './model';

const decimal = z.string().regex(/^\d{1,15}(\.\d{1,12})?$/);
const label = z.union([z.string().max(100), z.number()]).transform(String);
const milliseconds = z.coerce.number().int().min(0).max(604_800_000);

const scriptSchema = z.object({
  duplicates: z.coerce.number().int().min(1).max(500).optional(),
  variants: z.boolean().optional(),
  states: z.array(z.enum(PAYMENT_STATES)).min(1).max(20).optional(),
  delayMs: milliseconds.optional(),
  drop: z.boolean().optional(),
  badSignature: z.boolean().optional(),
  format: z.enum(['form', 'json']).optional(),
  outSum: decimal.optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3,5}$/)
    .optional(),
  userId: label.optional(),
  claimedInvoiceNo: label.optional(),
  claimedInvoiceId: label.optional(),
  onlyInNotification: z.boolean().optional(),
  decline: z.boolean().optional(),
  declineCode: z.enum(DECLINE_CODES).optional(),
  savesMethod: z.boolean().optional(),
  status: z.object({ answer: z.enum(EVASIONS), forMs: milliseconds }).optional(),
  refuseRefunds: z.boolean().optional(),
  paidAt: z.iso.datetime({ offset: true }).optional(),
});

const wait = z.boolean().optional();

/** Bodies of the control API; unknown members are mistakes of the caller and refused. */
export const controlBodies = {
  pay: scriptSchema.extend({ invoiceNo: label, invoiceId: label.optional(), wait }).strict(),
  notify: scriptSchema.extend({ wait }).strict(),
  move: z.object({ state: z.enum(PAYMENT_STATES), wait }).strict(),
  dispute: z
    .object({
      stage: z.enum(DISPUTE_STAGES),
      outSum: decimal.optional(),
      dueAt: z.iso.datetime({ offset: true }).optional(),
      wait,
    })
    .strict(),
  giveBack: z.object({ outSum: decimal.optional(), wait }).strict(),
  fault: z.object({ invoiceNo: label.optional(), script: scriptSchema.strict() }).strict(),
  outage: z
    .object({
      scope: z.enum(OUTAGE_SCOPES).default('all'),
      answer: z.enum(['hang', 'error']).default('error'),
      forMs: milliseconds.optional(),
      requests: z.coerce.number().int().min(1).optional(),
      afterEffect: z.boolean().default(false),
    })
    .strict(),
  clock: z
    .object({
      offsetMs: z.number().int().optional(),
      advanceMs: z.number().int().optional(),
      /** Whose clock alone; that of the whole bank when absent. */
      customerId: label.optional(),
    })
    .strict(),
} as const;

/** A script without members that are undefined, so that merging scripts never erases one. */
export function scriptOf(parsed: z.infer<typeof scriptSchema>): Script {
  const known = Object.keys(scriptSchema.shape);
  return Object.fromEntries(
    Object.entries(parsed).filter(([name, value]) => known.includes(name) && value !== undefined),
  );
}

/** A script from the panel's form, where every field is text and an empty one is absent. */
export function scriptOfForm(form: Readonly<Record<string, string>>): Script | undefined {
  const text = (name: string) => form[name]?.trim() || undefined;
  const isSet = (name: string) => (form[name] === undefined ? undefined : true);
  const answer = text('statusAnswer');
  const parsed = scriptSchema.safeParse({
    duplicates: text('duplicates'),
    variants: isSet('variants'),
    states: text('states')?.split(','),
    delayMs: text('delayMs'),
    drop: isSet('drop'),
    badSignature: isSet('badSignature'),
    outSum: text('outSum'),
    currency: text('currency')?.toUpperCase(),
    userId: text('userId'),
    claimedInvoiceNo: text('claimedInvoiceNo'),
    decline: isSet('decline'),
    declineCode: text('declineCode'),
    refuseRefunds: isSet('refuseRefunds'),
    status: answer && { answer, forMs: Number(text('statusForSec') ?? 30) * 1000 },
  });
  return parsed.success ? scriptOf(parsed.data) : undefined;
}
