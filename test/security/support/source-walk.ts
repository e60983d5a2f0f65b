import ts from 'typescript';
import { readSource, trackedPaths } from '../../support/house/tree';

/** A place in the product's own code. */
export interface Place {
  /** Path and line. */
  readonly at: string;
  readonly text: string;
}

const PRODUCT = /^(?:src|activities|workflows|drizzle|sandbox)\/.*\.ts$/;

/** What `look` finds in every source file of the product, with its place. */
export function placesIn<T>(
  look: (node: ts.Node) => T | undefined,
  files = PRODUCT,
): (Place & { readonly found: T })[] {
  return trackedPaths()
    .filter((path) => files.test(path))
    .flatMap((path) => foundIn(path, look));
}

function foundIn<T>(path: string, look: (node: ts.Node) => T | undefined) {
  const { text } = readSource(path);
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const places: (Place & { readonly found: T })[] = [];
  const visit = (node: ts.Node): void => {
    const found = look(node);
    if (found !== undefined) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      places.push({ at: `${path}:${line + 1}`, text: node.getText(file), found });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return places;
}
