import { z } from 'zod';

const partnerSchema = z.object({
  type: z.string(),
  user: z.object({ id: z.number() }).optional(),
  invoice_payload: z.string().optional(),
});
const transactionSchema = z.object({
  id: z.string(),
  amount: z.number().int(),
  date: z.number().int().min(0).max(99_999_999_999),
  source: partnerSchema.optional(),
  receiver: partnerSchema.optional(),
});
const transactionsSchema = z.object({ transactions: z.array(transactionSchema) });

/** One line of the bot's Stars. A refund has the id of its payment, so only id and direction name a line. */
export type StarTransaction = z.infer<typeof transactionSchema>;

/** A page of the list from an offset, oldest first; a text says why it is not known. */
export type ReadPage = (range: {
  readonly offset: number;
  readonly limit: number;
}) => Promise<{ readonly result: unknown } | string>;

/** Lines, oldest first, or why they are not known. */
export type Lines = readonly StarTransaction[] | { readonly unclear: string };

export interface StarLedger {
  /** Every line from the newest back to the first page for which `isEnough` is true. */
  backTo(isEnough: (page: readonly StarTransaction[]) => boolean): Promise<Lines>;
}

const PAGE = 100;

/**
 * Reads Telegram's list from its end: it is given oldest first and only ever grows, so what is asked about is nearly
 * always on the last page, however old the shop is. Where the list ended is remembered and looked for from there.
 */
export function starLedger(readPage: ReadPage, maxPages: number): StarLedger {
  let known = 0;
  const page = async (offset: number) => parsedPage(await readPage({ offset, limit: PAGE }));
  return {
    backTo: async (isEnough) => {
      const end = await lastPage(page, known);
      if ('unclear' in end) return end;
      known = end.offset;
      const pages = [end.lines];
      for (let at = end.offset; at > 0 && !isEnough(pages[0] ?? []); at -= PAGE) {
        if (pages.length === maxPages) return { unclear: `more than ${maxPages} pages` };
        const lines = await page(at - PAGE);
        if ('unclear' in lines) return lines;
        pages.unshift(lines);
      }
      return pages.flat();
    },
  };
}

function parsedPage(answer: Awaited<ReturnType<ReadPage>>): Lines {
  if (typeof answer === 'string') return { unclear: answer };
  const parsed = transactionsSchema.safeParse(answer.result);
  return parsed.success
    ? parsed.data.transactions
    : { unclear: 'the list of transactions is unreadable' };
}

interface LastPage {
  readonly offset: number;
  readonly lines: readonly StarTransaction[];
}

/** The last page with a line on it: leaps of doubling width until past the end, then halves. */
async function lastPage(
  page: (offset: number) => Promise<Lines>,
  known: number,
): Promise<LastPage | { readonly unclear: string }> {
  let last: LastPage = { offset: known, lines: [] };
  let beyond = Infinity;
  let leap = PAGE;
  for (let offset = known; offset < beyond; leap *= 2) {
    const lines = await page(offset);
    if ('unclear' in lines) return lines;
    if (lines.length > 0) last = { offset, lines };
    else beyond = offset;
    if (lines.length > 0 && lines.length < PAGE) return last;
    offset = beyond === Infinity ? offset + leap : between(last.offset, beyond);
  }
  return last;
}

/** The page in the middle, counted in whole pages; `beyond` itself when nothing lies between. */
function between(last: number, beyond: number): number {
  return last + Math.ceil((beyond - last) / PAGE / 2) * PAGE;
}
