import { and, eq } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { receipts } from '../../drizzle/schema';
import type { ReceiptContent } from '../domain/billing/fiscal';
import { isVisible } from './visibility';

/** A receipt as it was issued. */
export interface ReceiptView {
  readonly receiptId: string;
  readonly no: number;
  readonly userId: number;
  readonly content: ReceiptContent;
  readonly issuedAt: string;
}

export interface ReceiptReads {
  /** One receipt, unless it was issued before its person came back after an erasure; whose it is, the caller compares. */
  receipt(receiptId: string): Promise<ReceiptView | undefined>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function receipt(db: Database, receiptId: string): Promise<ReceiptView | undefined> {
  if (!UUID.test(receiptId)) return undefined;
  const [row] = await db
    .select()
    .from(receipts)
    .where(and(eq(receipts.id, receiptId), isVisible(receipts.userId, receipts.issuedAt)));
  if (!row) return undefined;
  const { id, no, userId, content, issuedAt } = row;
  return { receiptId: id, no, userId, content, issuedAt: issuedAt.toISOString() };
}
