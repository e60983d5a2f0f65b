import { posix } from 'node:path';
import ts from 'typescript';

/** One place where a file reaches another. */
export interface Reach {
  readonly line: number;
  /** As written: `../money`, `zod`, `node:fs`. */
  readonly specifier: string;
  /** True when only types are named, so that nothing is loaded at run time. */
  readonly isTypeOnly: boolean;
}

/** Every import, re-export, `import()` and `require()` of a source file. */
export function reachesOf(path: string, text: string): Reach[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const reaches: Reach[] = [];
  const visit = (node: ts.Node): void => {
    const found = reachOf(node);
    if (found) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      reaches.push({ ...found, line: line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return reaches;
}

function reachOf(node: ts.Node): Omit<Reach, 'line'> | undefined {
  if (ts.isImportDeclaration(node)) return reach(node.moduleSpecifier, isTypeImport(node));
  if (ts.isExportDeclaration(node)) return reach(node.moduleSpecifier, isTypeExport(node));
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return reach(node.argument.literal, true);
  }
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    return reach(node.moduleReference.expression, node.isTypeOnly);
  }
  if (ts.isCallExpression(node) && isLoading(node.expression)) {
    return reach(node.arguments[0], false);
  }
  return undefined;
}

function reach(specifier: ts.Node | undefined, isTypeOnly: boolean) {
  if (!specifier || !ts.isStringLiteralLike(specifier)) return undefined;
  return { specifier: specifier.text, isTypeOnly };
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false;
  if (importClause.isTypeOnly) return true;
  const bindings = importClause.namedBindings;
  if (importClause.name || !bindings || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
}

function isTypeExport(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  const clause = node.exportClause;
  if (!clause || !ts.isNamedExports(clause)) return false;
  return clause.elements.length > 0 && clause.elements.every((element) => element.isTypeOnly);
}

/** `import(…)`, `require(…)`, `require.resolve(…)` and Jest’s ways to load. */
function isLoading(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(callee)) return callee.text === 'require';
  return (
    ts.isPropertyAccessExpression(callee) &&
    ts.isIdentifier(callee.expression) &&
    callee.expression.text === 'require' &&
    callee.name.text === 'resolve'
  );
}

/** The path in the project a relative specifier means, without its extension; undefined for packages. */
export function localTarget(fromPath: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const path = posix.normalize(posix.join(posix.dirname(fromPath), specifier));
  return path.replace(/\.(?:ts|js|mjs)$/, '');
}
