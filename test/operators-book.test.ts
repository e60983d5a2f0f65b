import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listUrl, SAVED_VIEWS, viewUrl } from '../src/domain/billing/saved-views';
import {
  repairArgument,
  WORKFLOW_REPAIRS,
  type RepairsOfType,
  type WorkflowType,
} from '../src/domain/billing/workflow-repairs';

// What operators are told in docs/operations.md is what the product does: both come from the same lists.

const book = readFileSync(join(__dirname, '..', 'docs', 'operations.md'), 'utf8');
const AT = Date.parse('2026-03-01T00:00:00Z');

/** Rows of the table that begins with these headings, their cells as they read. */
function tableOf(...headings: readonly string[]): string[][] {
  const rows = book.split('\n').map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
  const first = rows.findIndex((cells) => headings.every((heading, at) => cells[at] === heading));
  const after = rows.slice(first + 2);
  return after.slice(
    0,
    after.findIndex((cells) => cells.length === 0),
  );
}

const code = (text: string): string => `\`${text}\``;
const types = (Object.keys(WORKFLOW_REPAIRS) as WorkflowType[]).sort();
const entryOf = (type: WorkflowType): RepairsOfType => WORKFLOW_REPAIRS[type];

test('the book lists every saved view with its query', () => {
  expect(tableOf('View', 'Query')).toEqual(
    SAVED_VIEWS.map((view) => [view.name, code(view.query(AT)), view.finds, view.remedy]),
  );
});

test('the book lists every repair with its argument', () => {
  const repairs = types.flatMap((type) => {
    const entry = entryOf(type);
    return Object.entries('repairs' in entry ? entry.repairs : {}).map(([update, guide]) => [
      code(type),
      code(update),
      code(repairArgument(type, update)),
      guide.isByRole ? `${guide.effect} *` : guide.effect,
    ]);
  });
  expect(tableOf('Workflow', 'Update', 'Argument')).toEqual(repairs);
});

test('the book says why the other workflows need no repair', () => {
  const reasons = types.flatMap((type) => {
    const entry = entryOf(type);
    return 'because' in entry ? [[code(type), entry.because]] : [];
  });
  expect(tableOf('Workflow', 'Why it needs none')).toEqual(reasons);
});

test('a view has one name, and its link asks exactly its question', () => {
  expect(new Set(SAVED_VIEWS.map(({ name }) => name)).size).toBe(SAVED_VIEWS.length);
  const webUi = { baseUrl: 'https://temporal.example', namespace: 'default' };
  for (const view of SAVED_VIEWS) {
    const { searchParams, pathname } = new URL(viewUrl(webUi, view, AT));
    expect(pathname).toBe('/namespaces/default/workflows');
    expect(Object.fromEntries(searchParams)).toEqual({
      query: view.query(AT),
      savedQuery: view.name,
    });
    expect(viewUrl(webUi, view, AT)).toContain(listUrl(webUi, view.query(AT)));
  }
});
