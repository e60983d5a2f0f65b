import ts from 'typescript';
import type { SourceFile } from './breaches';

export interface TestName {
  readonly path: string;
  readonly line: number;
  readonly name: string;
}

const CASES = new Set(['test', 'it']);

/** Names of all tests of a file, also those of tables. */
export function testNamesOf({ path, text }: SourceFile): TestName[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const names: TestName[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && CASES.has(rootOf(node.expression))) {
      const [name] = node.arguments;
      if (name && (ts.isStringLiteralLike(name) || ts.isTemplateExpression(name))) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        names.push({ path, line: line + 1, name: name.getText().slice(1, -1) });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

/** `test` of `test(…)`, `test.each(…)(…)` and `test.skip.each`…``. */
function rootOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee)) {
    return rootOf(callee.expression);
  }
  return ts.isTaggedTemplateExpression(callee) ? rootOf(callee.tag) : '';
}
