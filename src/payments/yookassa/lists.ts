import { z } from 'zod';
import type { YookassaCall } from './calls';

/** Objects of one list, all of them, or why they are not known: half a list proves nothing. */
export type Listed<Item> =
  | { readonly kind: 'items'; readonly items: readonly Item[] }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface ListQuery<Item> {
  readonly path: '/payments' | '/refunds';
  readonly filter: Readonly<Record<string, string>>;
  readonly item: z.ZodType<Item>;
  readonly maxPages: number;
}

/** Reads a list page by page. */
export async function readList<Item>(
  call: YookassaCall,
  { path, filter, item, maxPages }: ListQuery<Item>,
): Promise<Listed<Item>> {
  const schema = z.object({ items: z.array(item), next_cursor: z.string().min(1).optional() });
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const query = { ...filter, limit: '100', ...(cursor === undefined ? {} : { cursor }) };
    const answer = await call({ path: `${path}?${new URLSearchParams(query).toString()}` });
    if (answer.kind !== 'object') return { kind: 'unknown', reason: answer.reason };
    const told = schema.safeParse(answer.body);
    if (!told.success) return { kind: 'unknown', reason: 'the list is unreadable' };
    items.push(...told.data.items);
    cursor = told.data.next_cursor;
    if (cursor === undefined) return { kind: 'items', items };
  }
  return { kind: 'unknown', reason: `the list has more than ${maxPages} pages` };
}
