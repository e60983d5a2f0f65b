import type { Browser, Page } from 'playwright-core';
import { createCodecApp } from '../../src/http/codec/app';
import { listen, type Listening } from '../../src/http/listen';
import { createLog } from '../../src/log';
import { createPayloadCodec } from '../../src/payloads/codec';
import { checkoutId } from '../../workflows/billing/contract';
import { apiClient } from '../support/api';
import { openBrowser, photograph } from '../support/browser';
import { payloadKey } from '../support/payloads';
import { payAndSettle } from '../support/payments';
import { newUser, orderTopup, untilPaid, type Order } from '../support/shop';
import { checkBooks, startStack, type Stack } from '../support/stack';
import { TEST_SECRETS } from '../support/secrets';

const K1 = payloadKey('k1', 1);
const AMOUNT = 73_731;

let stack: Stack;
let browser: Browser;
let codec: Listening;
let order: Order;

beforeAll(async () => {
  stack = await startStack({ payloadKeys: [K1] });
  browser = await openBrowser();
  codec = await startCodec();
  order = await orderTopup(stack, await newUser(stack), AMOUNT);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
});
afterAll(async () => {
  await browser?.close();
  await codec?.stop();
  await stack?.stop();
});
afterEach(() => checkBooks(stack));

function startCodec(): Promise<Listening> {
  const { reads, records, servers } = stack;
  const app = createCodecApp({
    codec: createPayloadCodec([K1]),
    ...{ reads, records, probe: async () => undefined },
    log: createLog({ level: 'silent', name: 'codec' }),
    clock: { nowMs: () => Date.now() },
    settings: {
      apiKeyPepper: TEST_SECRETS.apiKeyPepper,
      ...{ trustedProxyHops: 0, publicUrl: 'http://127.0.0.1', uiUrl: servers.webUiUrl },
    },
  });
  return listen(app, { port: 0, host: '127.0.0.1' });
}

/** The Web UI, told of the codec server as by its own settings. */
async function openWebUi(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  await context.addInitScript((endpoint) => {
    localStorage.setItem('endpoint', JSON.stringify(endpoint));
    localStorage.setItem('includeCredentials', 'true');
    localStorage.setItem('overrideRemoteCodecConfiguration', 'true');
  }, codec.url);
  return context.newPage();
}

async function openCheckout(page: Page): Promise<void> {
  const { webUiUrl, namespace } = stack.servers;
  const workflowId = encodeURIComponent(checkoutId(order.invoiceId));
  await page.goto(`${webUiUrl}/namespaces/${namespace}/workflows/${workflowId}`);
  await page.waitForSelector('text=Completed', { timeout: 30_000 });
}

test('the Web UI shows what a workflow carries to a reader who typed a key, and to nobody else', async () => {
  const page = await openWebUi();
  await openCheckout(page);
  const notice = page.getByText('Codec Server could not connect');
  await notice.first().waitFor({ state: 'attached', timeout: 30_000 });
  const closed = await page.locator('body').innerText();
  expect(closed).not.toMatch(/fulfilledAs|"provider"|Ask the provider for/);
  await photograph(page, 'web-ui-encrypted');

  const { key } = await apiClient(stack, ['payloads:read']);
  await page.goto(`${codec.url}/login`);
  await page.fill('#key', key);
  await photograph(page, 'codec-login');
  await page.click('button');
  await page.waitForSelector('text=This browser reads encrypted payloads');

  await openCheckout(page);
  const result = page.getByText('"fulfilledAs"');
  await result.first().waitFor({ state: 'attached', timeout: 30_000 });
  const shown = await page.locator('body').innerText();
  expect(shown).toMatch(/"provider": "mock"[\s\S]*Ask the provider for/);
  expect(shown).not.toContain('Codec Server could not connect');
  await photograph(page, 'web-ui-decoded');
  await page.context().close();
});
