import { receiptDocument } from '../../src/bot/receipts/document';
import type { ReceiptContent } from '../../src/domain/billing/fiscal';
import type { ReceiptView } from '../../src/reads/receipts';
import { pdfText } from '../support/pdf-text';

const SELLER = { name: 'ООО «Токены»', requisites: ['ИНН 7700000000', 'Москва, улица Ясная, 1'] };
const MOSCOW = { locale: 'ru', timeZone: 'Europe/Moscow' } as const;
const LONDON = { locale: 'en', timeZone: 'Europe/London' } as const;

function receipt(change: Partial<ReceiptContent> = {}): ReceiptView {
  const content: ReceiptContent = {
    kind: 'payment',
    userId: 42,
    provider: 'robokassa',
    providerPaymentId: 'op-77',
    invoiceNo: 1205,
    total: { minor: 124_990, currency: 'RUB', exponent: 2 },
    sno: 'usn_income',
    lines: [
      {
        name: { ru: 'Премиум', en: 'Premium' },
        quantity: 1,
        sumMinor: 124_990,
        method: 'full_payment',
        object: 'service',
        tax: 'none',
      },
    ],
    ...change,
  };
  return { receiptId: 'r', no: 12, userId: 42, content, issuedAt: '2026-03-10T21:30:00.000Z' };
}

describe('the document of a receipt', () => {
  it('says everything in Russian, in the zone of the person', async () => {
    const text = pdfText(await receiptDocument(receipt(), SELLER, MOSCOW));
    for (const words of [
      'Чек №12',
      'ООО «Токены»',
      'ИНН 7700000000',
      'Москва, улица Ясная, 1',
      '11.03.2026 00:30\u00a0МСК',
      '№1205',
      'Telegram id 42',
      'Карта или СБП (Robokassa)',
      'op-77',
      'УСН доход',
      'Премиум',
      'полный расчёт',
      'без НДС',
      '1249,90\u00a0₽',
      'Итого оплачено',
    ])
      expect(text).toContain(words);
  });

  it('says the same in English', async () => {
    const text = pdfText(await receiptDocument(receipt(), SELLER, LONDON));
    for (const words of ['Receipt #12', '2026-03-10 21:30', 'Premium', '₽1249.90', 'Total paid'])
      expect(text).toContain(words);
  });

  it('prints every line, long names and sums in every currency', async () => {
    const line = (index: number) => ({
      name: { ru: `Услуга ${index} `.repeat(9).trim(), en: `Service ${index}` },
      quantity: 1,
      sumMinor: 1_500,
      method: 'full_payment' as const,
      object: 'service' as const,
      tax: 'vat22',
    });
    const lines = Array.from({ length: 60 }, (_, index) => line(index + 1));
    const total = { minor: 90_000, currency: 'XTR', exponent: 0 };
    const pdf = await receiptDocument(receipt({ kind: 'refund', lines, total }), SELLER, MOSCOW);
    const text = pdfText(pdf);
    for (let index = 1; index <= 60; index += 1) expect(text).toContain(`Услуга ${index} Услуга`);
    expect(text).toContain('90\u00a0000\u00a0XTR');
    expect(text).toContain('Чек №12: возврат');
    expect(text).not.toContain('?');
  });

  it('is made fast enough not to be felt by others', async () => {
    await receiptDocument(receipt(), SELLER, MOSCOW);
    const times: number[] = [];
    for (let run = 0; run < 5; run += 1) {
      const start = process.cpuUsage();
      await receiptDocument(receipt(), SELLER, MOSCOW);
      const { user, system } = process.cpuUsage(start);
      times.push((user + system) / 1_000);
    }
    expect(Math.min(...times)).toBeLessThan(200);
  });
});
