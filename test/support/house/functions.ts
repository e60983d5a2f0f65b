import ts from 'typescript';
import type { SourceFile } from './breaches';

export interface FunctionSize {
  readonly path: string;
  readonly line: number;
  /** Lines of its own: those of functions inside it are theirs. */
  readonly ownLines: number;
}

/** Every function with a body, measured. */
export function functionsOf({ path, text }: SourceFile): FunctionSize[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: FunctionSize[] = [];
  measure(source, { path, source, found });
  return found;
}

interface Measuring {
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly found: FunctionSize[];
}

/** Returns how many lines the functions below a node take up. */
function measure(node: ts.Node, measuring: Measuring): number {
  let inside = 0;
  ts.forEachChild(node, (child) => {
    inside += measure(child, measuring);
  });
  if (!isFunction(node)) return inside;
  const { source, path, found } = measuring;
  const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
  const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
  const lines = last - first + 1;
  found.push({ path, line: first + 1, ownLines: Math.max(1, lines - inside) });
  // A function on one line costs its parent nothing.
  return lines === 1 ? 0 : lines;
}

function isFunction(node: ts.Node): boolean {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isAccessor(node)
  );
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
