import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { ROUTES } from '../../../src/http/api';
import { apiDocument } from '../../../src/http/api/document';
import type { Schema } from './arbitraries';

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  readonly responses: Readonly<Record<string, Content>>;
}

/** The document as clients get it: what is not in its text is not promised. */
const document = JSON.parse(JSON.stringify(apiDocument(ROUTES))) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
};

interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Operation['responses'];
}

export const OPERATIONS: readonly Operation[] = Object.entries(document.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => ({
      ...{ path, method, operationId: raw.operationId, responses: raw.responses },
      parameters: raw.parameters ?? [],
      body: raw.requestBody?.content?.['application/json']?.schema,
    })),
);

/** A schema of the document by the reference to it. */
export function resolve(ref: string): Schema {
  const steps = ref.replace(/^#\//, '').split('/');
  const found = steps.reduce<unknown>(
    (at, step) => (at as Record<string, unknown>)[step.replace(/~1/g, '/').replace(/~0/g, '~')],
    document,
  );
  return found as Schema;
}

const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
addFormats(ajv);
ajv.addSchema(document, 'api');
const checks = new Map<string, ValidateFunction>();

/** What is wrong with an answer, compared with what the document promises; undefined when it is as promised. */
export function breachOf(
  { path, method, responses }: Operation,
  answer: { readonly status: number; readonly type: string; readonly body: unknown },
): string | undefined {
  const promised = responses[String(answer.status)];
  if (!promised) return `status ${answer.status} is not documented`;
  const type = answer.type.split(';')[0] ?? '';
  if (!promised.content?.[type]) return `content type ${type} is not documented`;
  const steps = ['paths', path, method, 'responses', String(answer.status), 'content', type];
  const pointer = [...steps, 'schema'].map(escape).join('/');
  const check = checks.get(pointer) ?? ajv.compile({ $ref: `api#/${pointer}` });
  checks.set(pointer, check);
  return check(answer.body) ? undefined : ajv.errorsText(check.errors);
}

function escape(step: string): string {
  return encodeURIComponent(step.replace(/~/g, '~0').replace(/\//g, '~1'));
}
