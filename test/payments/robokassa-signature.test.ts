import crypto from 'node:crypto';
import fc from 'fast-check';
import { signatures } from '../../sandbox/mock-provider/signature';
import {
  isUnambiguous,
  robokassaSignatures,
  ROBOKASSA_HASHES,
} from '../../src/payments/robokassa-signature';

const demo = { merchantLogin: 'demo', password1: 'secret', password2: 'secret-2', hash: 'md5' };
const shp = { Shp_user_id: '456', Shp_invoice_id: 'abc-123' };

test('the published example of an opening signature is reproduced', () => {
  const signature = robokassaSignatures(demo).init({ outSum: '100.00', invId: '1', shp });
  expect(signature).toBe('6282033389bab5ebe368d97c15a416ad');
});

test('an absent number leaves an empty field in the signed text', () => {
  const signature = robokassaSignatures(demo).init({ outSum: '100.00', invId: '', shp: {} });
  expect(signature).toBe(crypto.createHash('md5').update('demo:100.00::secret').digest('hex'));
});

test('optional parts are signed in the documented order', () => {
  const signature = robokassaSignatures(demo).init({
    outSum: '1.00',
    invId: '7',
    outSumCurrency: 'USD',
    userIp: '10.0.0.1',
    receipt: '%7B%7D',
    stepByStep: 'true',
    resultUrl2: 'https://a.test',
    successUrl2: { url: 'https://b.test', method: 'GET' },
    failUrl2: { url: 'https://c.test', method: 'POST' },
    token: 't',
    shp: {},
  });
  const text =
    'demo:1.00:7:USD:10.0.0.1:%7B%7D:true:https://a.test:https://b.test:GET:https://c.test:POST:t:secret';
  expect(signature).toBe(crypto.createHash('md5').update(text).digest('hex'));
});

test.each(ROBOKASSA_HASHES)('%s signs and verifies', (hash) => {
  const shop = robokassaSignatures({ ...demo, hash: hash.toUpperCase() });
  const result = { outSum: '200.00', invId: '5', shp };
  expect(shop.result(result)).toBe(
    crypto
      .createHash(hash)
      .update('200.00:5:secret-2:Shp_invoice_id=abc-123:Shp_user_id=456')
      .digest('hex'),
  );
  expect(shop.verifyResult(result, shop.result(result))).toBe(true);
  expect(shop.verifyResult({ ...result, outSum: '200.0' }, shop.result(result))).toBe(false);
});

test('an unknown algorithm is an error at construction', () => {
  expect(() => robokassaSignatures({ ...demo, hash: 'sha3' })).toThrow('hash sha3 is unknown');
});

test('an empty secret is an error at construction', () => {
  expect(() => robokassaSignatures({ ...demo, password2: '' })).toThrow('could be forged');
});

test('T-A13 the sums 200, 200.00 and 200.000000 verify as received', () => {
  const shop = robokassaSignatures(demo);
  const sums = ['200', '200.00', '200.000000'];
  const signed = sums.map((outSum) => shop.result({ outSum, invId: '9', shp }));
  expect(new Set(signed).size).toBe(3);
  sums.forEach((outSum, i) => {
    expect(shop.verifyResult({ outSum, invId: '9', shp }, signed[i] ?? '')).toBe(true);
  });
});

test('T-A13 upper-case hex verifies', () => {
  const shop = robokassaSignatures(demo);
  const result = { outSum: '200.00', invId: '9', shp };
  expect(shop.verifyResult(result, shop.result(result).toUpperCase())).toBe(true);
});

test('T-A13 the comparison is done in constant time, whatever the length given', () => {
  const compare = jest.spyOn(crypto, 'timingSafeEqual');
  const shop = robokassaSignatures(demo);
  for (const given of ['', 'a', 'f'.repeat(32), 'z'.repeat(4000), '\u0000'])
    expect(shop.verifyResult({ outSum: '1', invId: '1', shp }, given)).toBe(false);
  expect(compare).toHaveBeenCalledTimes(5);
  compare.mockRestore();
});

test('a value that swallows its neighbour is ambiguous', () => {
  expect(isUnambiguous({ Shp_invoice_id: 'a', Shp_user_id: '1' })).toBe(true);
  expect(isUnambiguous({ Shp_payment_id: 'mp_1:Shp_state=failed' })).toBe(false);
  expect(isUnambiguous({ 'Shp_a=1:Shp_b': '2' })).toBe(false);
});

test('the bank and the shop, written apart, sign the same texts alike', () => {
  const name = fc.stringMatching(/^Shp_[a-z_]{1,8}$/);
  const terms = fc.record({
    outSum: fc.stringMatching(/^\d{1,6}(\.\d{2,6})?$/),
    invId: fc.integer({ min: 1, max: 2147483647 }).map(String),
    shp: fc.dictionary(name, fc.string({ maxLength: 12 })),
  });
  fc.assert(
    fc.property(terms, fc.constantFrom(...ROBOKASSA_HASHES), ({ outSum, invId, shp }, hash) => {
      const bank = signatures({ ...demo, hash });
      const shop = robokassaSignatures({ ...demo, hash });
      expect(shop.init({ outSum, invId, shp })).toBe(
        bank.init({ outSum, invId, currency: 'RUB', shp }),
      );
      expect(shop.result({ outSum, invId, shp })).toBe(bank.result(outSum, invId, shp));
    }),
    { numRuns: 60 },
  );
});
