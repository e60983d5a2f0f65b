import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../src/config';
import { readTerms } from '../src/main/terms';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'legal-'));
  writeFileSync(join(folder, 'terms.ru.html'), 'Условия');
  writeFileSync(join(folder, 'terms.en.html'), 'Terms');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a changed document is another version, in whichever language it changed', () => {
  const before = readTerms(folder);
  writeFileSync(join(folder, 'terms.en.html'), 'Other terms');
  const after = readTerms(folder);
  expect(after.version).not.toBe(before.version);
  expect(after.hashes.ru).toBe(before.hashes.ru);
  expect(after.hashes.en).not.toBe(before.hashes.en);
});

test('a declared version stays over a corrected comma', () => {
  writeFileSync(join(folder, 'terms.ru.html'), '<!-- version: 3 --> Условия');
  const before = readTerms(folder);
  writeFileSync(join(folder, 'terms.ru.html'), '<!-- version: 3 --> Условия.');
  expect(readTerms(folder).version).toBe('3');
  expect(readTerms(folder).hashes.ru).not.toBe(before.hashes.ru);
});

test('a missing document is named', () => {
  rmSync(join(folder, 'terms.en.html'));
  expect(() => readTerms(folder)).toThrow(ConfigError);
  expect(() => readTerms(folder)).toThrow('terms.en.html');
});

test('the documents that come with the product can be accepted', () => {
  expect(readTerms('legal').version).toMatch(/^[\w.-]{1,40}$/);
});
