import {
  receiptContent,
  receiptLine,
  refundContent,
  robokassaReceipt,
  sharesOf,
  yookassaReceipt,
  type ReceiptContent,
  type ReceiptLine,
  type Sold,
} from '../../src/domain/billing/fiscal';

const FISCAL = { receiptSno: 'usn_income', receiptTax: 'none' };
const PLAN = { ru: 'Премиум', en: 'Premium' };

function paid(sold: Sold, minor: number, currency = 'RUB', exponent = 2): ReceiptContent {
  return receiptContent({
    kind: 'payment',
    userId: 42,
    provider: 'robokassa',
    providerPaymentId: 'p1',
    invoiceNo: 7,
    total: { minor, currency, exponent },
    sno: FISCAL.receiptSno,
    lines: [receiptLine(sold, minor, FISCAL)],
  });
}

function line(sumMinor: number): ReceiptLine {
  return receiptLine({ kind: 'plan', name: PLAN }, sumMinor, FISCAL);
}

describe('a line of a receipt', () => {
  it.each<[Sold, string, string, string]>([
    [{ kind: 'plan', name: PLAN }, 'Премиум', 'full_payment', 'service'],
    [
      { kind: 'tokens', tokensUtok: 199_990_000 },
      'Пополнение баланса, токены: 199.99',
      'full_payment',
      'service',
    ],
    [{ kind: 'gift', name: PLAN }, 'Подарок: Премиум', 'full_prepayment', 'service'],
    [{ kind: 'part', invoiceNo: 7 }, 'Часть оплаты счёта №7', 'prepayment', 'payment'],
  ])('of %j is named and marked', (sold, name, method, object) => {
    expect(receiptLine(sold, 100, FISCAL)).toMatchObject({
      ...{ name: { ru: name }, method, object },
      ...{ quantity: 1, sumMinor: 100, tax: 'none' },
    });
  });

  it.each([
    [128, 128],
    [129, 128],
    [500, 128],
  ])('of %i letters is printed with %i', (letters, printed) => {
    const name = '😀'.repeat(letters);
    const { ru } = receiptLine({ kind: 'plan', name: { ru: name, en: name } }, 1, FISCAL).name;
    expect([...ru]).toHaveLength(printed);
    expect(ru.endsWith('…')).toBe(letters > 128);
  });
});

describe('a receipt', () => {
  it('has lines that sum to its total, or is none', () => {
    const whole = paid({ kind: 'plan', name: PLAN }, 300);
    expect(receiptContent({ ...whole, lines: [line(100), line(200)] }).lines).toHaveLength(2);
    expect(() => receiptContent({ ...whole, lines: [line(100), line(201)] })).toThrow('sum');
    expect(() =>
      receiptContent({ ...whole, total: { ...whole.total, minor: 0 }, lines: [] }),
    ).toThrow('has lines');
  });

  it.each([
    [300, [100, 200], [100, 200]],
    [100, [100, 200], [33, 67]],
    [1, [100, 200], [1]],
    [299, [100, 100, 100], [100, 100, 99]],
    [9_007_199_254_740_991, [1, 1], [4_503_599_627_370_496, 4_503_599_627_370_495]],
  ])('of a refund of %i over lines of %j gives back %j', (refunded, sums, shares) => {
    const total = { minor: sums.reduce((sum, one) => sum + one, 0), currency: 'RUB', exponent: 2 };
    const original = receiptContent({
      ...paid({ kind: 'plan', name: PLAN }, 1),
      total,
      lines: sums.map(line),
    });
    const refund = refundContent(original, refunded);
    expect(refund.lines.map(({ sumMinor }) => sumMinor)).toEqual(shares);
    expect(refund).toMatchObject({ kind: 'refund', total: { minor: refunded } });
  });

  it('shares out every unit and none twice', () => {
    for (let total = 0; total <= 60; total += 1) {
      const shares = sharesOf(total, [1, 7, 13, 13]);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
    }
    expect(() => sharesOf(1, [0])).toThrow('divided');
  });
});

describe('the receipt of Robokassa', () => {
  it('is JSON with exact sums, always the same bytes', () => {
    const content = paid({ kind: 'plan', name: { ru: 'Тариф "Плюс"', en: 'Plus' } }, 49_900);
    expect(robokassaReceipt(content)).toBe(
      '{"sno":"usn_income","items":[{"name":"Тариф \\"Плюс\\"","quantity":1,"sum":499.00,' +
        '"tax":"none","payment_method":"full_payment","payment_object":"service"}]}',
    );
  });

  it.each([
    [1, 0.01],
    [19_999, 199.99],
    [10_000_000, 100_000],
  ])('of %i kopecks says %d', (minor, sum) => {
    const text = robokassaReceipt(paid({ kind: 'tokens', tokensUtok: 1 }, minor)) ?? '';
    expect(JSON.parse(text)).toMatchObject({ items: [{ sum }] });
  });

  it.each([
    ['XTR', 0],
    ['USD', 2],
  ])('does not exist for %s', (currency, exponent) => {
    const content = paid({ kind: 'plan', name: PLAN }, 100, currency, exponent);
    expect(robokassaReceipt(content)).toBeUndefined();
    expect(yookassaReceipt(content, {})).toBeUndefined();
  });
});

describe('the receipt of YooKassa', () => {
  it('names sums as text, and taxes and systems by number', () => {
    const content = paid({ kind: 'gift', name: PLAN }, 49_900);
    expect(yookassaReceipt(content, { email: 'a@example.com' })).toEqual({
      customer: { email: 'a@example.com' },
      tax_system_code: 2,
      items: [
        {
          description: 'Подарок: Премиум',
          quantity: '1',
          amount: { value: '499.00', currency: 'RUB' },
          vat_code: 1,
          payment_mode: 'full_prepayment',
          payment_subject: 'service',
        },
      ],
    });
  });

  it.each([
    ['none', 1],
    ['vat0', 2],
    ['vat10', 3],
    ['vat20', 4],
    ['vat110', 5],
    ['vat120', 6],
    ['vat5', 7],
    ['vat7', 8],
    ['vat105', 9],
    ['vat107', 10],
    ['vat22', 11],
    ['vat122', 12],
  ])('knows %s as %i', (receiptTax, code) => {
    const content = paid({ kind: 'plan', name: PLAN }, 100);
    const lines = [receiptLine({ kind: 'plan', name: PLAN }, 100, { ...FISCAL, receiptTax })];
    expect(yookassaReceipt({ ...content, lines }, {})?.items[0]?.vat_code).toBe(code);
  });

  it('refuses a mark it does not know', () => {
    const content = { ...paid({ kind: 'plan', name: PLAN }, 100), sno: 'flat' };
    expect(() => yookassaReceipt(content, {})).toThrow('flat is one of osn');
  });

  it('gives the price of one piece', () => {
    const content = paid({ kind: 'plan', name: PLAN }, 300);
    const three = { ...content, lines: [{ ...line(300), quantity: 3 }] };
    expect(yookassaReceipt(three, {})?.items[0]).toMatchObject({
      quantity: '3',
      amount: { value: '1.00' },
    });
    const uneven = { ...content, lines: [{ ...line(100), quantity: 3 }] };
    expect(() => yookassaReceipt(uneven, {})).toThrow('exact price');
  });
});
