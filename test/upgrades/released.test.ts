import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/house/tree';
import { releasedFiles } from '../support/released';

const fingerprint = (path: string) =>
  createHash('sha256')
    .update(readFileSync(join(ROOT, path)))
    .digest('hex');

/** What has happened to files that were released, by their path. */
function damage(list: Readonly<Record<string, string>>): string[] {
  return Object.entries(list).flatMap(([path, was]) => {
    if (!existsSync(join(ROOT, path))) return [`${path} was removed`];
    return fingerprint(path) === was ? [] : [`${path} was changed`];
  });
}

test('no recorded history and no migration of a release was ever changed or removed', () => {
  const list = releasedFiles();
  expect(Object.keys(list).length).toBeGreaterThan(100);
  expect(damage(list)).toEqual([]);
});

test('a changed and a removed one are named', () => {
  const [[path = '', was = ''] = []] = Object.entries(releasedFiles());
  expect(damage({ [path]: was, 'test/replay/histories/gone.json': was })).toEqual([
    'test/replay/histories/gone.json was removed',
  ]);
  expect(damage({ [path]: was.replace(/^./, 'x') })).toEqual([`${path} was changed`]);
});
