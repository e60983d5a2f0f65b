import { mockProvider } from '../../src/payments/mock';
import { startMockProvider } from '../../sandbox/mock-provider/server';
import type { MockProvider } from '../../sandbox/mock-provider/server';
import { CREDENTIALS, INVOICE_ID, invoiceView, startTestServer } from './harness';
import type { TestServer } from './harness';

const WORDS = {
  description: 'Pro',
  locale: 'en',
  expiresAt: '2126-01-01T00:00:00Z',
  returnUrl: 'https://shop.example/pay/success',
  failUrl: 'https://shop.example/pay/fail',
} as const;

let server: TestServer;
let bank: MockProvider;
beforeEach(async () => {
  server = await startTestServer();
  bank = await startMockProvider({
    port: 0,
    credentials: CREDENTIALS,
    apiKey: 'k',
    notifyUrl: `${server.url}/webhook/mock`,
    shopBaseUrl: server.url,
    retryDelaysMs: [20],
  });
  const provider = mockProvider({ baseUrl: bank.url, apiKey: 'k', credentials: CREDENTIALS });
  const { invoiceId, no: invoiceNo, userId, amount } = invoiceView();
  await provider.createPayment({ invoiceId, invoiceNo, userId, amount, ...WORDS }, 'key');
});
afterEach(async () => {
  await bank.stop();
  await server.stop();
});

/** An order that asks the payer to let the shop keep the card, and the page where they choose. */
async function savingOrder() {
  const provider = mockProvider({ baseUrl: bank.url, apiKey: 'k', credentials: CREDENTIALS });
  const { invoiceId, userId, amount } = invoiceView();
  const terms = { invoiceId, invoiceNo: 13, userId, amount, savesMethod: true };
  const created = await provider.createPayment({ ...terms, ...WORDS }, 'saving');
  if (created.kind !== 'created') throw new Error('no page');
  const page = new URL(created.url);
  const choose = (choice: Record<string, string>) =>
    fetch(`${bank.url}/mock-payment`, {
      method: 'POST',
      body: new URLSearchParams({ ...Object.fromEntries(page.searchParams), ...choice }),
      redirect: 'manual',
    });
  return { html: await (await fetch(page)).text(), choose };
}

test('the pay page offers to keep the card where the shop asks for it, and keeps it when ticked', async () => {
  const { html, choose } = await savingOrder();
  expect(html).toContain('data-testid="pay-save"');
  await choose({ action: 'pay', save: 'on' });
  const panel = await (await fetch(`${bank.url}/panel`)).text();
  expect(panel).toContain('data-testid="method-revoke"');
  const [method] = bank.control.book.methods.all();
  await fetch(`${bank.url}/panel/methods/${method?.id}`, { method: 'POST', redirect: 'manual' });
  expect(bank.control.book.methods.all()).toMatchObject([{ state: 'revoked' }]);
});

test('a card that the payer does not leave is not kept', async () => {
  const { choose } = await savingOrder();
  await choose({ action: 'pay' });
  expect(bank.control.book.payments.all()).toHaveLength(1);
  expect(bank.control.book.methods.all()).toEqual([]);
});

const statuses = async (script: Parameters<MockProvider['control']['pay']>[1]) => {
  const { notifications } = await bank.control.pay(12, script).tried;
  return notifications.map(({ last }) => `${last?.status} ${last?.body}`);
};

test('fifty parallel notifications, each with another payload, are all acknowledged for one payment', async () => {
  const answers = await statuses({ duplicates: 50, variants: true });
  expect(new Set(answers)).toEqual(new Set(['200 OK12']));
  expect(new Set(server.hints.map(({ providerPaymentId }) => providerPaymentId)).size).toBe(1);
  expect(new Set(server.stored.map(({ dedupeKey }) => dedupeKey)).size).toBe(50);
});

test('a wrong signature is refused, and the true repeat is accepted', async () => {
  expect(await statuses({ badSignature: true })).toEqual([expect.stringMatching(/^400 /)]);
  expect(server.hints).toEqual([]);
});

test('a notification refused while Temporal is down arrives by its repeat', async () => {
  let isDown = true;
  server.faults.hint = () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve());
  expect(await statuses({})).toEqual([expect.stringMatching(/^503 /)]);
  isDown = false;
  await bank.control.retryNow();
  expect(bank.control.book.notifications.all()[0]?.status).toBe('delivered');
  expect(server.hints).toHaveLength(1);
});

test('T-A11 the bank page repeats what the shop itself says, checking first and paid later', async () => {
  const { payment, tried } = bank.control.pay(12);
  await tried;
  const page = async () => (await fetch(`${bank.url}/mock-payment/result/${payment.id}`)).text();
  expect(await page()).toContain('data-shop="checking"');
  server.invoice = invoiceView({ state: 'paid' });
  expect(await page()).toContain('data-shop="paid"');
  expect(await page()).toContain(`${server.url}/pay/success?invoice=${INVOICE_ID}`);
});
