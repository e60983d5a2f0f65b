import { encodeCallback } from '../../src/bot/callback-data';
import { renderNotice } from '../../src/bot/billing/notices';
import { pdfText } from '../support/pdf-text';
import { startStage, type Stage } from './support/stage';
import { newVisitor, until, type Visitor } from './support/visitor';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

/** Somebody whose order was paid, with the receipt of it. */
async function paidOrder(
  language = 'ru',
): Promise<{ visitor: Visitor; receiptId: string; no: number }> {
  const visitor = newVisitor(stage, { language });
  await visitor.write('/topup');
  await visitor.press('200');
  await visitor.press('✅');
  const { sql } = stage;
  const [invoice] = await sql`
    update invoices set state = 'paid', fulfilled_as = 'order', paid_at = now()
    where user_id = ${visitor.id} returning id, no::int as no`;
  const [payment] = await sql`
    insert into payments (id, provider, provider_payment_id, invoice_id, amount_minor, currency, exponent, state, rank)
    values (gen_random_uuid(), 'mock', ${`p${visitor.id}`}, ${String(invoice?.['id'])}, 20000, 'RUB', 2, 'paid', 40)
    returning id`;
  const content = {
    ...{ kind: 'payment', userId: visitor.id, provider: 'mock', sno: 'usn_income' },
    ...{ providerPaymentId: `p${visitor.id}`, invoiceNo: Number(invoice?.['no']) },
    total: { minor: 20_000, currency: 'RUB', exponent: 2 },
    lines: [
      {
        ...{ name: { ru: 'Пополнение 🎁', en: 'Top-up 🎁' }, quantity: 1, sumMinor: 20_000 },
        ...{ method: 'full_payment', object: 'service', tax: 'none' },
      },
    ],
  };
  const [receipt] = await sql`
    insert into receipts (id, payment_id, user_id, content, issued_at)
    values (gen_random_uuid(), ${String(payment?.['id'])}, ${visitor.id}, ${sql.json(content)}, now())
    returning id, no::int as no`;
  return { visitor, receiptId: String(receipt?.['id']), no: Number(receipt?.['no']) };
}

const documentOf = (visitor: Visitor) => visitor.shown().message.document;

async function downloaded(visitor: Visitor): Promise<Buffer> {
  const fileId = documentOf(visitor)?.file_id ?? '';
  const origin = new URL(stage.telegram.apiRoot).origin;
  const response = await fetch(`${origin}/sandbox/files/${encodeURIComponent(fileId)}`);
  return Buffer.from(await response.arrayBuffer());
}

describe('the receipt of a paid invoice', () => {
  it('comes as a document from the card of the invoice', async () => {
    const { visitor, no } = await paidOrder();
    await visitor.write('/invoices');
    const card = await visitor.press('Счёт №');
    expect(card.message.message.text).toContain('✅ Оплачен');
    await visitor.press(`Чек №${no} (PDF)`);
    await until('the document', () => documentOf(visitor) !== undefined);
    expect(documentOf(visitor)).toMatchObject({
      file_name: `Чек-${no}.pdf`,
      mime_type: 'application/pdf',
    });
    expect(visitor.shown().message.caption).toContain('200 ₽'.replace(' ', '\u00a0'));
    const text = pdfText(await downloaded(visitor));
    expect(text).toContain('ООО «Токены»');
    expect(text).toContain('Пополнение полный расчёт');
    expect(text).toContain('МСК');
  });

  it('speaks English to who does', async () => {
    const { visitor, receiptId, no } = await paidOrder('en');
    await visitor.write('/invoices');
    await visitor.forge(encodeCallback({ route: 'rcpt:pdf', id: receiptId }));
    await until('the document', () => documentOf(visitor) !== undefined);
    expect(documentOf(visitor)?.file_name).toBe(`Receipt-${no}.pdf`);
    expect(pdfText(await downloaded(visitor))).toContain('Total paid');
  });

  it('is shown to nobody else', async () => {
    const { receiptId } = await paidOrder();
    const thief = newVisitor(stage);
    await thief.write('/invoices');
    const forged = await thief.forge(encodeCallback({ route: 'rcpt:pdf', id: receiptId }));
    expect(forged.toast).toContain('no such receipt');
    expect(documentOf(thief)).toBeUndefined();
  });
});

describe('the message about a payment', () => {
  const receiptId = '0197a5b0-0000-7000-8000-000000000001';
  const place = { locale: 'ru', timeZone: 'UTC' } as const;
  const money = { amountMinor: 20_000, currency: 'RUB', exponent: 2 };
  const tokens = { tokensUtok: 200_000_000, balanceUtok: 200_000_000 };

  it.each([
    ['pay.ok.topup', { ...money, ...tokens }],
    ['pay.ok.activated', { ...money, ...tokens, feeUtok: 1, until: '2026-03-10T12:00:00Z' }],
    ['pay.ok.order', { ...money, ...tokens, planRu: 'Премиум', planEn: 'Premium' }],
    ['pay.ok.fee_missing', { ...money, ...tokens, missingUtok: 1 }],
    ['pay.late.wallet', { no: 7, ...tokens }],
    ['pay.duplicate.wallet', { no: 7, ...money, ...tokens }],
    ['pay.refunded', { no: 7, ...money }],
  ])('%s names its receipt, and a row without one is told as before', (template, params) => {
    const told = renderNotice({ template, params: { ...params, receiptId, receiptNo: 12 } }, place);
    expect(told?.text).toMatch(/ Чек №12\.$/);
    expect(told?.rows[0]?.[0]?.label).toBe('🧾 Чек №12 (PDF)');
    const older = renderNotice({ template, params }, place);
    expect(older?.text).not.toContain('Чек');
    expect(JSON.stringify(older?.rows)).not.toContain('rcpt');
  });
});
