import { processesOf, type Addresses } from '../../src/main/dev-processes';

const addresses: Addresses = {
  databaseUrl: 'postgres://billing@127.0.0.1:1/billing',
  temporal: { address: '127.0.0.1:2', namespace: 'default', origin: 'test', isEmbedded: true },
  ports: { telegram: 3, mock: 4, http: 5 },
};
const plan = { dataFolder: '/tmp', compiledFolder: '/tmp', outside: {} };

const named = (ports: Addresses['ports']) =>
  new Map(processesOf({ ...addresses, ports }, plan).map((one) => [one.name, one.env ?? {}]));

test('the embedded set-up runs a codec server only when payloads are encrypted', () => {
  expect([...named(addresses.ports).keys()]).not.toContain('codec-server');
  const encrypted = named({ ...addresses.ports, codec: 6 });
  expect(encrypted.get('codec-server')).toMatchObject({
    CODEC_PORT: '6',
    CODEC_PUBLIC_URL: 'http://127.0.0.1:6',
  });
});
