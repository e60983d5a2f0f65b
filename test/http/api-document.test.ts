import { createConfig, lintFromString } from '@redocly/openapi-core';
import { ROUTES } from '../../src/http/api';
import { apiDocument } from '../../src/http/api/document';
import { STATUS } from '../../src/http/api/problems';

const document = apiDocument(ROUTES);
const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
  Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
    ...{ path, method, operation },
  })),
);

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<string, { readonly headers?: object; readonly description: string }>
  >;
}

test('the document is a valid one of OpenAPI 3.1 and resolves all it refers to', async () => {
  const rules = {
    struct: 'error',
    'no-unresolved-refs': 'error',
    'operation-operationId-unique': 'error',
    'path-parameters-defined': 'error',
    'no-identical-paths': 'error',
    'no-invalid-media-type-examples': 'error',
  } as const;
  const config = await createConfig({ rules });
  const source = JSON.stringify(document);
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  expect(problems.map(({ message, location }) => [message, location[0]?.pointer])).toEqual([]);
});

test('every route is in the document with each refusal it may give', () => {
  expect(operations).toHaveLength(ROUTES.length);
  for (const { path, method, operationId, refusals, answers } of ROUTES) {
    const found = operations.find((one) => one.operation.operationId === operationId);
    expect(found).toMatchObject({ path, method });
    const answered = found?.operation.responses ?? {};
    for (const status of Object.keys(answers)) expect(answered).toHaveProperty(status);
    for (const code of refusals ?? []) {
      expect(answered[String(STATUS[code])]?.description).toContain(code);
    }
  }
});

test('every address with a parameter says what no such thing answers', () => {
  const silent = operations.filter(
    ({ path, operation }) => path.includes('{') && !('404' in operation.responses),
  );
  expect(silent.map(({ operation }) => operation.operationId)).toEqual([]);
});

test('who is told to come later is told when', () => {
  for (const { operation } of operations) {
    expect(operation.responses['429']?.headers).toHaveProperty('Retry-After');
    expect(operation.responses['503']?.headers).toHaveProperty('Retry-After');
  }
});
