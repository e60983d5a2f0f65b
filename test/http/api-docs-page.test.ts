import type { Browser } from 'playwright-core';
import { apiClient, type ApiClient } from '../support/api';
import { openBrowser, photograph } from '../support/browser';
import { startStack, type Stack } from '../support/stack';

const NOBODYS = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';

let stack: Stack;
let client: ApiClient;
let browser: Browser;

beforeAll(async () => {
  stack = await startStack({ hasWorker: false });
  client = await apiClient(stack, ['refund:read']);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

test('the page asks for a key, lists the operations and tries one out, under our own policy', async () => {
  const page = await browser.newPage();
  const refused: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) refused.push(message.text());
  });
  page.on('dialog', (dialog) => void dialog.accept(client.key));
  await page.goto(`${stack.http.url}/api/docs`);
  const operation = page.locator('#operations-Refunds-listRefunds');
  await operation.waitFor();
  await operation.locator('.opblock-summary').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.locator('tr[data-param-name="paymentId"] input').fill(NOBODYS);
  await operation.getByRole('button', { name: 'Execute' }).click();
  const answer = operation.locator('.live-responses-table .response-col_status');
  await answer.first().waitFor();
  await photograph(page, 'api-docs');
  expect((await answer.allInnerTexts()).join(' ')).toContain('404');
  expect(refused).toEqual([]);
});
