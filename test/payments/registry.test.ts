import { paymentProviders } from '../../src/payments/registry';

const credentials = { merchantLogin: 'm', password1: 'one', password2: 'two', hash: 'md5' };
const mock = { baseUrl: 'http://127.0.0.1:1', apiKey: 'k', credentials };
const telegramStars = { apiRoot: 'http://127.0.0.1:1', token: '1:a' };

test('T-A3 a production configuration with the mock provider refuses to start', () => {
  expect(() => paymentProviders({ enabled: ['mock'], isProduction: true, mock })).toThrow(
    'PAYMENT_PROVIDERS contains mock, which is forbidden in production',
  );
});

test('T-A3 a production configuration without it knows no mock provider', () => {
  const enabled = ['stars'];
  const providers = paymentProviders({ enabled, isProduction: true, mock, telegramStars });
  expect([...providers.keys()]).toEqual(['stars']);
});

test('the providers stand in the order they are enabled', () => {
  const enabled = ['stars', 'mock'];
  const providers = paymentProviders({ enabled, isProduction: false, mock, telegramStars });
  expect([...providers.values()].map(({ name }) => name)).toEqual(enabled);
});

test('an unknown provider and missing settings are errors at start', () => {
  const isProduction = false;
  expect(() => paymentProviders({ enabled: ['gold'], isProduction })).toThrow('names gold');
  expect(() => paymentProviders({ enabled: ['mock'], isProduction })).toThrow(
    'payment provider mock is enabled without its settings',
  );
});
