import { z } from 'zod';
import { tokenText } from '../../domain/tokens';

/** Tokens as decimal text, or as a number without an exponent; at most six places, exactly (API-1). */
export const tokenAmount = z
  .union([z.string(), z.number()])
  .transform((given, context) => {
    const match = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(String(given));
    if (match) return Number((match[1] ?? '') + (match[2] ?? '').padEnd(6, '0'));
    context.addIssue('takes tokens as a decimal number of at most six places');
    return z.NEVER;
  })
  .meta({
    description: 'Tokens: decimal text, or a JSON number without an exponent; at most six places.',
    example: '9.84',
    override: {
      anyOf: [
        { type: 'string', pattern: '^\\d{1,9}(\\.\\d{1,6})?$' },
        { type: 'number', minimum: 0, multipleOf: 0.000001, maximum: 999999999 },
      ],
    },
  });

/** Tokens above zero, in micro-tokens once parsed. */
export const positiveTokens = tokenAmount.refine((utok) => utok > 0, 'must be above zero');

const USER_ID = { type: 'string', pattern: '^[1-9]\\d{0,14}$' } as const;

/** A Telegram user id in an address. */
export const userIdParam = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number)
  .meta({ description: 'Telegram user id', example: '7000000001', override: USER_ID });

export const uuid = z.uuid();
/** An instant, ISO 8601 in UTC. */
export const instant = z.iso.datetime({ offset: true });

/** An amount as answers carry it: text for people, and the exact integer as text (API-1). */
export const tokensOut = z.string().meta({
  description: 'Tokens as decimal text',
  example: '9.84',
});
export const utokOut = z.string().meta({
  description: 'Micro-tokens (10⁻⁶ token), an integer as text',
  example: '9840000',
});

/** `name` and `name_utok` of an answer. */
export function amountOut<N extends string>(
  name: N,
  utok: number | bigint,
): Record<N | `${N}_utok`, string> {
  return { [name]: tokenText(utok), [`${name}_utok`]: String(utok) } as Record<
    N | `${N}_utok`,
    string
  >;
}

/** Members of an answer's schema for {@link amountOut}. */
export function amountShape<N extends string>(name: N) {
  return { [name]: tokensOut, [`${name}_utok`]: utokOut } as Record<
    N | `${N}_utok`,
    typeof tokensOut
  >;
}

/** Where the next page begins; opaque to callers. */
export const cursorQuery = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,200}$/)
  .optional();
export const pageSizeQuery = z.coerce.number().int().min(1).max(100).default(50);
