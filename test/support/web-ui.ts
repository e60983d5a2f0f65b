import type { Browser, Locator, Page } from 'playwright-core';
import { SAVED_VIEWS, viewUrl } from '../../src/domain/billing/saved-views';
import { photograph } from './browser';
import type { Stack } from './stack';
import { until } from './until';

const PATIENCE = { timeout: 30_000 };

/** An operator before the Temporal Web UI and nothing else. */
export interface Operator {
  /** Opens a saved view and from it the workflow that it is expected to find. */
  findBy(viewName: string, workflowId: string): Promise<void>;
  /** Sends an Update by the dialog of the page; returns when the page says that it succeeded. */
  repair(update: string, argument: object, photo?: string): Promise<void>;
  /** Names of the views that this browser keeps. */
  savedViews(): Promise<string[]>;
}

export async function operatorAt(browser: Browser, stack: Stack): Promise<Operator> {
  const context = await browser.newContext({ viewport: { width: 1500, height: 1100 } });
  const page = await context.newPage();
  return {
    findBy: (viewName, workflowId) => findBy(page, stack, { viewName, workflowId }),
    repair: (update, argument, photo) => repair(page, { update, argument, photo }),
    savedViews: () => savedViews(page, stack),
  };
}

async function findBy(
  page: Page,
  { servers: { webUiUrl: baseUrl, namespace } }: Stack,
  { viewName, workflowId }: { viewName: string; workflowId: string },
): Promise<void> {
  const view = SAVED_VIEWS.find(({ name }) => name === viewName);
  if (!view) throw new Error(`there is no view ${viewName}`);
  const link = page.locator(`a[href*="/workflows/${encodeURIComponent(workflowId)}/"]`).first();
  await until(`the view ${viewName} shows ${workflowId}`, async () => {
    await page.goto(viewUrl({ baseUrl, namespace }, view, Date.now()));
    await page.waitForSelector('table', PATIENCE);
    await page.waitForTimeout(500);
    return (await link.count()) > 0;
  });
  await link.click();
  await page.getByRole('button', { name: 'More Actions' }).waitFor(PATIENCE);
}

async function repair(
  page: Page,
  { update, argument, photo }: { update: string; argument: object; photo: string | undefined },
): Promise<void> {
  await page.getByRole('button', { name: 'More Actions' }).click();
  await page.getByRole('menuitem', { name: 'Send an Update' }).first().click();
  const dialog = page.locator('[data-testid="update-confirmation-modal"]:visible').first();
  // The input itself is disabled: what opens the list is the field around it.
  await dialog
    .locator('#update-select')
    .locator('xpath=..')
    .click({ ...PATIENCE, force: true });
  if (photo !== undefined) await photograph(page, `${photo}-choice`);
  await page
    .getByRole('option', { name: new RegExp(`^${update}\\b`) })
    .first()
    .click(PATIENCE);
  await dialog.locator('.cm-content').click(PATIENCE);
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(JSON.stringify(argument, null, 2));
  // Left, the field puts its text in order, and the button below moves: it is pressed only afterwards.
  await dialog.getByText('Send an Update').click(PATIENCE);
  if (photo !== undefined) await photograph(page, photo);
  await dialog.getByRole('button', { name: 'Submit' }).click(PATIENCE);
  await closed(page, dialog, update);
}

/** The dialog closes when the Update has succeeded; otherwise it stays and says why not. */
async function closed(page: Page, dialog: Locator, update: string): Promise<void> {
  try {
    await dialog.waitFor({ state: 'hidden', ...PATIENCE });
  } catch (error) {
    await photograph(page, `web-ui-${update}-unanswered`);
    throw new Error(`the dialog says: ${await dialog.innerText()}`, { cause: error });
  }
}

async function savedViews(page: Page, { servers: { namespace } }: Stack): Promise<string[]> {
  const kept = await page.evaluate(() => localStorage.getItem('saved-workflow-queries'));
  const byNamespace = JSON.parse(kept ?? '{}') as Record<string, { name: string }[]>;
  return (byNamespace[namespace] ?? []).map(({ name }) => name);
}
