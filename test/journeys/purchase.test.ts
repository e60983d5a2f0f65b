import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openBrowser, photograph, testId } from '../support/browser';
import { checkBooks, startStack, type Stack } from '../support/stack';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  stack = await startStack({ hasCatalogue: true, hasBot: true });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
});

const button = (text: string) => `${testId('inline-button')}:has-text("${text}")`;

async function openChat(context: BrowserContext, firstName: string): Promise<Page> {
  const person = stack.telegram.createPerson({ firstName, languageCode: 'en' });
  const page = await context.newPage();
  await page.goto(stack.telegram.chatUrl(person.id));
  await page.click(testId('start'));
  await page.waitForSelector(button('Plans'));
  return page;
}

async function type(page: Page, text: string): Promise<void> {
  await page.fill(testId('composer'), text);
  await page.press(testId('composer'), 'Enter');
}

/** Presses Pay on the invoice card, pays on the bank's page, and returns the shop's page that follows. */
async function payOnBankPage(page: Page): Promise<Page> {
  const [bank] = await Promise.all([
    page.context().waitForEvent('page'),
    page.click(button('💳 Pay')),
  ]);
  await bank.waitForSelector(testId('pay'));
  await photograph(bank, 'pay-page');
  await bank.click(testId('pay'));
  await bank.waitForSelector(`${testId('pay-result')}[data-shop="paid"]`, { timeout: 20_000 });
  await photograph(bank, 'pay-result');
  return bank;
}

test('a new person buys a plan in the chat, pays, is told and sees the balance', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await openChat(context, 'Maria');
  await photograph(page, 'chat-menu');

  await page.click(button('Plans'));
  await page.click(button('Premium'));
  await page.click(button('Choose for ₽499'));
  await page.click(button('Continue to pay'));
  await page.waitForSelector(button('💳 Pay'));
  await photograph(page, 'chat-invoice');

  await payOnBankPage(page);
  await page.bringToFront();
  await page.waitForSelector(`${testId('message')}:has-text("Payment of ₽499 received")`);
  await type(page, '/balance');
  await page.waitForSelector(`${testId('message')}:has-text("Balance: 100")`);
  await photograph(page, 'chat-paid');

  const [paid] = await stack.sql`
    select i.id, i.state, i.user_id::float8 as user_id from invoices i`;
  expect(paid?.['state']).toBe('paid');
  await checkBooks(stack);

  const webUi = await context.newPage();
  const { webUiUrl, namespace } = stack.servers;
  const workflowId = encodeURIComponent(`checkout:${String(paid?.['id'])}`);
  await webUi.goto(`${webUiUrl}/namespaces/${namespace}/workflows/${workflowId}`);
  await webUi.waitForSelector('text=Completed', { timeout: 30_000 });
  await webUi.waitForTimeout(1_500);
  await photograph(webUi, 'web-ui-checkout');
  await webUi.goto(`${webUiUrl}/namespaces/${namespace}/workflows`);
  await webUi.waitForSelector('text=checkout', { timeout: 30_000 });
  await webUi.waitForTimeout(1_000);
  await photograph(webUi, 'web-ui-workflows');
  await context.close();
});

test('on a phone the same chat fits, and a top-up opens a month of access', async () => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  });
  const page = await openChat(context, 'Peter');
  await page.click(button('Top up'));
  await page.click(button('₽200'));
  await page.click(button('Continue to pay'));
  await payOnBankPage(page);
  await page.bringToFront();
  await page.waitForSelector(`${testId('message')}:has-text("Subscription until")`);
  await photograph(page, 'phone-paid');
  await checkBooks(stack);
  await context.close();
});
