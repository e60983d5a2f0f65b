import { readSource } from './tree';

/** Variables that src/config/environment.ts parses. */
export function configuredVariables(): string[] {
  const { text } = readSource('src/config/environment.ts');
  const schema = /const variables = z\.object\(\{([\s\S]*?)\n\}\);/.exec(text)?.[1] ?? '';
  return [...schema.matchAll(/^ {2}([A-Z][A-Z0-9_]*):/gm)].map((match) => match[1] ?? '');
}

/** Variables that .env.example shows, with the value it gives them. */
export function exampleVariables(): ReadonlyMap<string, string> {
  const { text } = readSource('.env.example');
  const lines = [...text.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)];
  return new Map(lines.map((match) => [match[1] ?? '', match[2] ?? '']));
}
