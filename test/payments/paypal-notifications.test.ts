import fc from 'fast-check';
import { crc32 as zlibsCrc32 } from 'node:zlib';
import { crc32 } from '../../src/payments/paypal/crc32';
import { paymentProviders } from '../../src/payments/registry';
import { startPaypalBench } from './support/paypal-bench';
import type { PaypalBench } from './support/paypal-bench';
import { certificate } from './support/x509';

let bench: PaypalBench;
beforeAll(async () => {
  bench = await startPaypalBench();
});
afterAll(() => bench.paypal.stop());

const PING = { id: 'nothing of ours' };
const certificatesFetched = () =>
  bench.paypal.asked.filter(({ path }) => path.includes('/certs/')).length;

describe('the checksum', () => {
  test('is the one of the worked example, unsigned', () => {
    const body = '{"id":"WH-DEMO","event_type":"PAYMENT.CAPTURE.COMPLETED"}';
    expect(crc32(Buffer.from(body))).toBe(2330749735);
  });

  test('is that of zlib for whatever bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => crc32(bytes) === zlibsCrc32(bytes)));
  });
});

describe('a signature', () => {
  const verdictOn = async (seal: Parameters<PaypalBench['paypal']['event']>[2]) =>
    bench.provider.verify(bench.paypal.event('PING', PING, seal));

  test('by PayPal’s certificate over our webhook and the raw bytes is believed', async () => {
    expect(await verdictOn({})).toMatchObject({ verified: 'other' });
  });

  test('needs the certificate once, however many notifications come', async () => {
    const provider = bench.adapter();
    const before = certificatesFetched();
    for (let no = 0; no < 5; no += 1) await provider.verify(bench.paypal.event('PING', PING));
    expect(certificatesFetched() - before).toBe(1);
  });

  test.each([
    ['another webhook', { webhookId: 'ANOTHER' }],
    ['another algorithm', { algorithm: 'SHA1withRSA' }],
    ['somebody else’s key', { signer: certificate({ name: 'stranger' }) }],
  ])('for %s proves nothing', async (_, seal) => {
    expect(await verdictOn(seal)).toMatchObject({ verified: 'no' });
  });

  test('proves nothing without the id of our webhook', async () => {
    const provider = bench.adapter({ webhookId: '' });
    const event = bench.paypal.event('PING', PING, { webhookId: '' });
    expect(await provider.verify(event)).toMatchObject({ verified: 'no' });
  });

  test.each([
    'paypal-transmission-id',
    'paypal-transmission-time',
    'paypal-transmission-sig',
    'paypal-cert-url',
    'paypal-auth-algo',
  ])('without %s is no notification', async (header) => {
    const event = bench.paypal.event('PING', PING);
    const headers = { ...event.headers, [header]: undefined };
    expect(await bench.provider.verify({ ...event, headers })).toMatchObject({
      verified: 'malformed',
    });
  });

  test('covers the moment of sending, which may be days ago', async () => {
    const event = bench.paypal.event('PING', PING);
    const headers = { ...event.headers, 'paypal-transmission-time': '2026-01-01T00:00:00Z' };
    expect(await bench.provider.verify({ ...event, headers })).toMatchObject({ verified: 'no' });
    const receivedAt = new Date(Date.parse(event.receivedAt) + 3 * 86_400_000).toISOString();
    expect(await bench.provider.verify({ ...event, receivedAt })).toMatchObject({
      verified: 'other',
    });
  });
});

describe('a certificate', () => {
  test.each([
    ['on another host', 'https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1'],
    ['on a host that only looks like PayPal’s', 'https://api-paypal.com/v1/notifications/certs/C'],
    ['over plain http', 'http://api.paypal.com/v1/notifications/certs/CERT-1'],
    ['behind a user', 'https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1'],
    ['on another port', 'https://api.paypal.com:8443/v1/notifications/certs/CERT-1'],
    ['on another path', 'https://api.paypal.com/v1/notifications/certs/../../redirect'],
    ['with a query', 'https://api.paypal.com/v1/notifications/certs/CERT-1?next=x'],
    ['in a file', 'file:///etc/passwd'],
    ['nowhere', 'CERT-1'],
  ])('%s is not even fetched', async (_, certificateUrl) => {
    const fetched = jest.spyOn(globalThis, 'fetch');
    try {
      const event = bench.paypal.event('PING', PING, { certificateUrl });
      const reason = 'the certificate does not lie with PayPal';
      expect(await bench.production.verify(event)).toMatchObject({ verified: 'no', reason });
      expect(fetched).not.toHaveBeenCalled();
    } finally {
      fetched.mockRestore();
    }
  });

  test('of the tests counts nowhere else, and production refuses to be told of one', async () => {
    const { paypal } = bench;
    const event = paypal.event('PING', PING);
    expect(await bench.production.verify(event)).toMatchObject({ verified: 'no' });
    const certificates = { origins: [paypal.url], authorities: [paypal.authority] };
    const settings = { clientId: 'a', secret: 'b', webhookId: 'c', baseUrl: paypal.url };
    const enabled = ['paypal'];
    const start = (isProduction: boolean) =>
      paymentProviders({ enabled, isProduction, paypal: { ...settings, certificates } });
    expect(start(false).has('paypal')).toBe(true);
    expect(() => start(true)).toThrow('certificates only in production');
  });

  const root = certificate({ name: 'A Root', isAuthority: true });
  const issuer = certificate({ name: 'An Issuer', isAuthority: true, issuer: root });
  const named = (name: string, change = {}) => certificate({ name, issuer, ...change });
  const good = named('messageverificationcerts.paypal.com');
  const byRoot = certificate({ name: 'r.paypal.com', issuer: root });
  const LATE = { to: '2020-01-01' };
  const EARLY = { from: '2090-01-01' };
  const endedIssuer = certificate({ name: 'Ended', isAuthority: true, issuer: root, ...LATE });
  const byEnded = certificate({ name: 'a.paypal.com', issuer: endedIssuer });
  const byGood = certificate({ name: 'b.paypal.com', issuer: good });
  const stranger = certificate({ name: 'A Root', isAuthority: true });
  const byStranger = certificate({ name: 'c.paypal.com', issuer: stranger });

  test.each([
    ['below an issuer whose root we know', good, [good, issuer], true],
    ['directly below a root that we know', byRoot, [byRoot], true],
    ['of the sandbox', named('x.sandbox.paypal.com'), undefined, true],
    ['whose issuer is missing', good, [good], false],
    ['of another company', named('messageverificationcerts.example.com'), undefined, false],
    ['that only ends like PayPal', named('evilpaypal.com'), undefined, false],
    ['that only begins like PayPal', named('a.paypal.com.evil.example'), undefined, false],
    ['that has ended', named('a.paypal.com', LATE), undefined, false],
    ['that has not begun', named('a.paypal.com', EARLY), undefined, false],
    ['whose issuer has ended', byEnded, [byEnded, endedIssuer], false],
    ['below another certificate that may not issue any', byGood, [byGood, good, issuer], false],
    ['below a root of the same name', byStranger, [byStranger, stranger], false],
  ])('%s', async (name, signer, chain, isBelieved) => {
    const text = (chain ?? [signer, issuer]).map(({ pem }) => pem).join('');
    const certificateUrl = bench.paypal.publish(`C-${name.replace(/\W/g, '-')}`, text);
    const origins = [bench.paypal.url];
    const provider = bench.adapter({ certificates: { origins, authorities: [root.pem] } });
    const event = bench.paypal.event('PING', PING, { signer, certificateUrl });
    const { verified } = await provider.verify(event);
    expect(verified).toBe(isBelieved ? 'other' : 'no');
  });
});
