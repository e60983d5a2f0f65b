import { tariffPrices, tariffs, tariffVersions, topupRates } from '../../drizzle/schema';
import { amountText } from '../../src/bot/display';
import { decimalText, money } from '../../src/domain/money';
import { tokens } from '../../src/domain/tokens';
import { pay } from '../support/payments';
import { chatTexts, newUser, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

// Price of one and the same pack, and what one minor unit buys when it is not bought but topped up.
const CURRENCIES = [
  { currency: 'XTR', priceMinor: 380, utokPerMinor: 1_300_000, typed: '777', topupMinor: 777 },
  {
    currency: 'JPY',
    priceMinor: 10_000,
    utokPerMinor: 600_000,
    typed: '10 000',
    topupMinor: 10_000,
  },
  {
    currency: 'RUB',
    priceMinor: 49_990,
    utokPerMinor: 10_000,
    typed: '199.99',
    topupMinor: 19_999,
  },
  { currency: 'KWD', priceMinor: 1_255, utokPerMinor: 260_000, typed: '1.005', topupMinor: 1_005 },
  {
    currency: 'USDT',
    priceMinor: 5_123_456,
    utokPerMinor: 80,
    typed: '2.500001',
    topupMinor: 2_500_001,
  },
] as const;

type Row = (typeof CURRENCIES)[number];

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    hasBot: true,
    currencies: CURRENCIES.map(({ currency }) => currency),
  });
  await offerPack();
  const validFrom = new Date('2025-06-01T00:00:00Z');
  await stack.database.db
    .insert(topupRates)
    .values(
      CURRENCIES.map(({ currency, utokPerMinor }) => ({ currency, utokPerMinor, validFrom })),
    );
  await stack.sql`update tariff_versions set min_amount_minor = 10000 where min_amount_minor is not null`;
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** A pack with a price in every currency. */
async function offerPack(): Promise<void> {
  const { db } = stack.database;
  const [tariff] = await db
    .insert(tariffs)
    .values({ slug: 'world', kind: 'pack', isActive: true })
    .returning({ id: tariffs.id });
  const [version] = await db
    .insert(tariffVersions)
    .values({
      ...{ tariffId: tariff?.id ?? '', version: 1, tokensUtok: tokens(100) },
      nameI18n: { ru: 'Мир', en: 'World' },
      descriptionI18n: { ru: '', en: '' },
      validFrom: new Date('2025-01-01T00:00:00Z'),
    })
    .returning({ id: tariffVersions.id });
  await db.insert(tariffPrices).values(
    CURRENCIES.map(({ currency, priceMinor }) => ({
      ...{ tariffVersionId: version?.id ?? '', currency, amountMinor: priceMinor },
      exponent: money(0, currency).exponent,
    })),
  );
}

interface Chat {
  readonly userId: number;
  /** Sends a text and gives what the bot then shows. */
  write(text: string): Promise<string>;
  /** Presses the button that carries this word in its label or data, and gives what is then shown. */
  press(word: string): Promise<string>;
}

/** The newest message of the bot with buttons, whatever receipts come meanwhile. */
async function openChat(): Promise<Chat> {
  const userId = await newUser(stack);
  const screens = () =>
    stack.telegram.messages(userId).filter(({ message }) => message.from?.is_bot === true);
  const shown = () => screens().at(-1)?.message;
  return {
    userId,
    write: async (text) => {
      const before = screens().length;
      stack.telegram.send(userId, text);
      await until(`an answer to ${text}`, async () => screens().length > before);
      return shown()?.text ?? '';
    },
    press: async (word) => {
      const message = shown();
      const button = message?.reply_markup?.inline_keyboard
        .flat()
        .find(
          (one) =>
            one.text.includes(word) || ('callback_data' in one && one.callback_data.includes(word)),
        );
      if (!message || !button || !('callback_data' in button)) throw new Error(`no button ${word}`);
      const pressed = stack.telegram.press(userId, message.message_id, {
        data: button.callback_data,
      });
      await stack.telegram.waitForAnswer(pressed.id, 15_000);
      return shown()?.text ?? '';
    },
  };
}

interface Bought {
  readonly payPage: string;
  readonly shown: readonly string[];
  readonly booked: unknown;
}

/** Confirms the shown quote, pays at the bank and gives every place where the amount was written down. */
async function confirmAndPay(chat: Chat): Promise<Bought> {
  const { userId } = chat;
  const quoteScreen = await chat.press(':q:ok:');
  const [invoice] = await stack.sql`
    select id, no::int as no, payment_url as url from invoices where user_id = ${userId} order by no desc limit 1`;
  const order = { invoiceId: String(invoice?.['id']), no: Number(invoice?.['no']), userId };
  const payPage = await (await fetch(String(invoice?.['url']))).text();
  await pay(stack, order);
  await untilPaid(stack, order);
  await until('the receipt', async () =>
    chatTexts(stack, userId).some((text) => text.includes('Receipt #')),
  );
  const receipt = chatTexts(stack, userId).find((text) => text.includes('Receipt #')) ?? '';
  return { payPage, shown: [quoteScreen, receipt], booked: await bookedAs(order.invoiceId) };
}

/** As the bank writes it on its page. */
function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const thousands = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? thousands : `${thousands}.${fraction}`;
}

/** Minor units by place, and the exponent beside them. */
async function bookedAs(invoiceId: string): Promise<unknown> {
  const [row] = await stack.sql`
    select q.pay_amount_minor::float8 as quoted, i.pay_amount_minor::float8 as invoiced,
      p.amount_minor::float8 as paid, (r.content->'total'->>'minor')::float8 as receipted,
      (select e.amount::float8 from transfers t join entries e on e.transfer_id = t.id
        join accounts a on a.id = e.account_id
        where t.invoice_id = i.id and a.code = 'sys:deferred:' || i.currency) as booked,
      (select l.unit_price_minor_num::float8 from lots l where l.invoice_id = i.id and l.paid) as lot,
      i.currency, i.exponent::int, q.tokens_utok::float8 as "tokensUtok", i.state
    from invoices i join quotes q on q.id = i.quote_id join payments p on p.invoice_id = i.id
    join receipts r on r.payment_id = p.id where i.id = ${invoiceId}`;
  return row;
}

/** What stands in every place when nothing went wrong on the way. */
function everywhere(currency: string, minor: number, tokensUtok: number) {
  const { exponent } = money(minor, currency);
  return {
    ...{ quoted: minor, invoiced: minor, paid: minor, receipted: minor, booked: minor, lot: minor },
    ...{ currency, exponent, tokensUtok, state: 'paid' },
  };
}

const cases = CURRENCIES.map((row): [string, Row] => [row.currency, row]);

describe('T-P24 shown = quoted = charged = booked', () => {
  test.each(cases)('T-P24 for a pack sold in %s', async (currency, { priceMinor }) => {
    const chat = await openChat();
    const price = amountText(money(priceMinor, currency), 'en');
    expect(await chat.write('/tariffs')).toContain(price);
    await chat.press('World');
    expect(await chat.press(price)).toContain(price);
    const { payPage, shown, booked } = await confirmAndPay(chat);
    for (const text of shown) expect(text).toContain(price);
    expect(booked).toEqual(everywhere(currency, priceMinor, tokens(100)));
    expect(payPage).toContain(grouped(decimalText(money(priceMinor, currency))));
  });

  test.each(cases)('T-P24 for a typed top-up in %s', async (currency, row) => {
    const chat = await openChat();
    const { topupMinor, utokPerMinor, typed } = row;
    const amount = amountText(money(topupMinor, currency), 'en');
    await chat.write('/topup');
    if (currency !== 'RUB') expect(await chat.press(`💱 ${currency}`)).toContain('is ');
    await chat.press('Other amount');
    expect(await chat.write(typed)).toContain(amount);
    const { shown, booked } = await confirmAndPay(chat);
    for (const text of shown) expect(text).toContain(amount);
    expect(booked).toEqual(everywhere(currency, topupMinor, topupMinor * utokPerMinor));
  });
});

describe('a top-up in another currency', () => {
  test.each([
    ['XTR', '⭐\u00a077'],
    ['JPY', '¥167'],
    ['KWD', '0.385\u00a0KWD'],
    ['USDT', '1.25\u00a0USDT'],
  ])('in %s is at least %s, worth a hundred rubles', async (currency, minimum) => {
    const chat = await openChat();
    await chat.write('/topup');
    await chat.press(`💱 ${currency}`);
    await chat.press('Other amount');
    expect(await chat.write('0')).toContain(minimum);
    expect(await chat.write('much')).toContain(`at least ${minimum}`);
    const finer = currency === 'XTR' || currency === 'JPY' ? '500.5' : '5.1234567';
    expect(await chat.write(finer)).toContain(`at least ${minimum}`);
  });

  test('is offered only where there is a rate and somebody who takes it', async () => {
    const chat = await openChat();
    await chat.write('/topup');
    const labels = stack.telegram
      .messages(chat.userId)
      .at(-1)
      ?.message.reply_markup?.inline_keyboard.flat()
      .map(({ text }) => text);
    expect(labels?.filter((text) => text.startsWith('💱'))).toEqual([
      '💱 JPY',
      '💱 KWD',
      '💱 USDT',
      '💱 XTR',
    ]);
  });
});
