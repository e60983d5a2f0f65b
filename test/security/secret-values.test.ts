import { SECRET_VARIABLES } from '../../src/config/secret-files';
import { secretValues } from '../../src/config/secret-values';
import { configuredVariables } from '../support/house/environment';
import { readSource } from '../support/house/tree';

/** Named like secrets, and none: names of keys' owners, sizes, and what a provider prints on its pages. */
const NO_SECRETS = new Set(['LOW_BALANCE_THRESHOLDS']);

function variables(): string[] {
  const { text } = readSource('src/config/provider-environment.ts');
  const providers = [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]*):/gm)].map(([, name = '']) => name);
  return [...configuredVariables(), ...providers];
}

test('every variable that opens something is known as a secret', () => {
  const known = new Set(Object.keys(probed()));
  const opening = variables().filter(
    (name) =>
      /(?:_TOKEN|_SECRETS?|_PASSWORD(?:_\d)?|_PEPPER|_KEYS?|DATABASE_URL)$/.test(name) &&
      !NO_SECRETS.has(name),
  );
  expect(opening.length).toBeGreaterThan(15);
  expect(opening.filter((name) => !known.has(name))).toEqual([]);
  expect(SECRET_VARIABLES.filter((name) => !known.has(name))).toEqual([]);
});

/** The variables of which the value is taken for a secret. */
function probed(): Record<string, string[]> {
  const found = variables().map((name) => {
    const value = name === 'DATABASE_URL' ? 'postgres://u:a-secret@h/d' : 'a-secret';
    return [name, secretValues({ [name]: value })] as const;
  });
  return Object.fromEntries(found.filter(([, values]) => values.includes('a-secret')));
}

test('lists and addresses are taken apart', () => {
  const values = secretValues({
    DATABASE_URL: 'postgres://u:p%40ss@h/d',
    PAYLOAD_KEYS: 'k1:aaaa, k2:bbbb',
    STRIPE_WEBHOOK_SECRETS: 'one,two',
    TELEGRAM_BOT_TOKEN: '123:abc',
    LOG_LEVEL: 'info',
  });
  expect(values.sort()).toEqual(
    ['123:abc', 'aaaa', 'abc', 'bbbb', 'one', 'p%40ss', 'p@ss', 'two'].sort(),
  );
});

test('an address that is none is hidden as a whole', () => {
  expect(secretValues({ DATABASE_URL: 'no address:hunter2' })).toEqual(['no address:hunter2']);
});
