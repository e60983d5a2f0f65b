import { excusedBy, EXCUSES } from './support/house/secret-excuses';
import { bitsOf, foundIn, leaksOf, randomIn } from './support/house/secrets';
import { readSource, trackedPaths } from './support/house/tree';

const PICTURE = /\.(?:png|jpg|woff2?|ico|ttf)$/;

const files = trackedPaths().filter((path) => !PICTURE.test(path));
const everything = files.flatMap((path) => foundIn(readSource(path)));

test('T-H1 no tracked file holds a secret, a key, a password, a private address or a path of one machine', () => {
  expect(files.length).toBeGreaterThan(1_000);
  const secrets = everything.filter((found) => excusedBy(found) === undefined);
  expect(secrets.map(({ path, line, what }) => `${path}:${line} holds ${what}`)).toEqual([]);
});

test('T-H1 no file of secrets is tracked', () => {
  const kept = trackedPaths().filter((path) =>
    /(?:^|\/)(?:\.env|\.npmrc|\.netrc|id_rsa|id_ed25519|credentials)$|\.(?:pem|key|p12|pfx|jks)$/.test(
      path,
    ),
  );
  expect(kept).toEqual([]);
});

test('T-H1 every excuse has its reason and excuses something', () => {
  const needed = new Set(everything.map(excusedBy));
  expect(EXCUSES.filter((excuse) => !needed.has(excuse)).map(({ because }) => because)).toEqual([]);
  expect(EXCUSES.filter(({ because }) => because.length < 20)).toEqual([]);
});

/** Put together here, so that this file holds none of them itself. */
const key = (...parts: readonly string[]) => parts.join('');

describe('T-H1 a planted', () => {
  test.each([
    ['a private key', key('-----BEGIN RSA PRIVATE', ' KEY-----')],
    ['a private key', key('-----BEGIN PGP PRIVATE', ' KEY BLOCK-----')],
    ['a bot token', key('1234567890', ':AAHdqTcvCH1vGWJ', 'xfSeofSAs0K5PALDsaw')],
    ['a cloud key', key('AKIA', 'IOSFODNN7EXAMPLQ')],
    ['a key of an API', key('AIza', 'SyA-1234567890', 'abcdefghijklmnopqrstu')],
    ['a repository token', key('ghp', '_', 'a1B2c3D4e5F6g7H8i9', 'J0k1L2m3N4o5P6q7R8')],
    ['a repository token', key('glpat', '-', 'a1B2c3D4e5F6g7H8i9J0')],
    ['a registry token', key('npm', '_', 'a1B2c3D4e5F6g7H8i9', 'J0k1L2m3N4o5P6q7R8')],
    ['a registry token', key('//registry.example/:_auth', 'Token=abc')],
    ['a token of a chat', key('xoxb', '-1234567890-abcdef')],
    ['a live payment key', key('sk_', 'live_', 'a1B2c3D4e5F6g7H8')],
    ['a secret of webhooks', key('whsec', '_a1B2c3D4e5F6', 'g7H8i9J0k1L2')],
    [
      'a signed token',
      key(
        'eyJhbGciOiJIUzI1NiJ9',
        '.eyJzdWIiOiIxMjM0NTY3ODkwIn0.',
        'dozjgNryP4J3jVmN',
        'Hl0w5N_XgL0n3I9P',
      ),
    ],
    ['an address with a password', key('https://me:hunter2', '@host.example/path')],
    ['an address with a password', key('postgres://billing:hunter2', '@db:5432/billing')],
    ['a path of one machine', key('/home', '/somebody/project')],
    ['a private address', key('http://192.168', '.17.4:8000')],
    ['a private address', key('10.20', '.30.40')],
    ['a private address', key('169.254', '.169.254')],
    ['a private host', key('https://vault.', 'corp/secret')],
    ['an address of a person', key('olga.petrova', '@mail-of-hers.ru')],
    ['something random', key('9f86d081884c7d659a2f', 'eaa0c55ad015a3bf4f1b2b0b822c', 'd15d')],
    ['something random', key('puY/Jc3HzAZUpqqZgBW', 'UgmjEIFUxYUePzndm3CCLnZA=')],
  ])('%s is found', (what, text) => {
    for (const line of [text, `const it = '${text}';`, `IT=${text}`, `  "it": "${text}",`]) {
      expect(leaksOf({ path: 'src/a.ts', text: `// a\n${line}` })).toContainEqual(
        expect.stringMatching(new RegExp(`^src/a\\.ts:2 holds ${what}`)),
      );
    }
  });

  test('secret inside base64 is found', () => {
    const inside = JSON.stringify({
      token: key('1234567890', ':AAHdqTcvCH1vGWJ', 'xfSeofSAs0K5PALDsaw'),
    });
    const text = `"data": "${Buffer.from(inside).toString('base64')}"`;
    expect(leaksOf({ path: 'a.json', text })).toContainEqual(
      expect.stringContaining('a bot token'),
    );
  });

  test('private registry in the lock file is found', () => {
    const text = `"resolved": "https://npm.${'corp'}.example/zod.tgz"`;
    expect(leaksOf({ path: 'package-lock.json', text })).toHaveLength(1);
    expect(leaksOf({ path: 'package-lock.json', text: '"version": "1.0.0"' })).toEqual([]);
  });
});

test.each([
  'const subscriptionCourseActivitiesOfTheWorkerProcess2 = 1;',
  "id: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'",
  'npm install zod@4.6.7 eslint@10.15.0',
  'curl http://127.0.0.1:8000/health',
  'https://registry.npmjs.org/@scope/name/-/name-1.0.0.tgz',
  'write to billing@example.com',
  'postgres://billing:${PASSWORD}@db:5432/billing',
])('what is harmless is left alone: %s', (text) => {
  expect(leaksOf({ path: 'a.ts', text })).toEqual([]);
});

test('random is what has many bits for each character', () => {
  expect(bitsOf('aaaaaaaa')).toBe(0);
  expect(bitsOf('abcdefgh')).toBe(3);
  expect(randomIn('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')).toEqual([]);
});
