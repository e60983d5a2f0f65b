import { renderNotice } from '../../src/bot/billing/notices';
import { startStage, type Stage } from './support/stage';
import { buttonsOf, newVisitor, type Visitor } from './support/visitor';

const PROVIDERS = [
  { name: 'robokassa', currencies: ['RUB'], canSave: true },
  { name: 'cloudpayments', currencies: ['RUB', 'USD'], canSave: true },
  { name: 'cryptopay', currencies: ['RUB', 'USDT'] },
  { name: 'stars', currencies: ['XTR'] },
];

describe('whom one can pay', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true, paymentProviders: PROVIDERS });
  });
  afterAll(() => stage.stop());

  /** Somebody who looks at the price of thirty days in a currency. */
  async function quoted(currency: '₽' | '⭐'): Promise<Visitor> {
    const visitor = newVisitor(stage);
    await visitor.write('/tariffs');
    await visitor.press('30 days of access');
    const [choice] = labels(visitor).filter((label) => label.includes(currency));
    await visitor.press(choice ?? currency);
    return visitor;
  }
  const labels = (visitor: Visitor) => buttonsOf(visitor.shown()).map(({ text }) => text);
  const opened = ({ id }: Visitor) =>
    stage.commands.asked.filter(
      ({ name, with: order }) =>
        name === 'openCheckout' && 'userId' in order && order.userId === id,
    );

  it('is every provider that takes the currency, in their order, and who can renew by card by its brand', async () => {
    const visitor = await quoted('₽');
    expect(labels(visitor).slice(0, 5)).toEqual([
      '✅ Card or SBP (Robokassa)',
      '✅ Card (CloudPayments)',
      '✅ Crypto (Crypto Pay)',
      '🔁 Pay and renew by card: Robokassa',
      '🔁 Pay and renew by card: CloudPayments',
    ]);
    const { text } = visitor.shown().message;
    expect(text).toContain('you let us keep the card and charge the price of the plan to it');
  });

  it('is the one that was pressed, also for the card that renews', async () => {
    const plain = await quoted('₽');
    await plain.press('✅ Card (CloudPayments)');
    expect(opened(plain)).toMatchObject([{ with: { provider: 'cloudpayments' } }]);
    const renewing = await quoted('₽');
    await renewing.press('🔁 Pay and renew by card: CloudPayments');
    expect(opened(renewing)).toMatchObject([
      { with: { provider: 'cloudpayments', renewal: { by: 'saved_method' } } },
    ]);
  });

  it('is nobody with cards for a price in Stars', async () => {
    const visitor = await quoted('⭐');
    expect(labels(visitor)).toContain('🔁 Subscribe in Telegram');
    expect(labels(visitor).join('\n')).not.toMatch(/Robokassa|CloudPayments|Crypto/);
  });
});

test('a payment that failed offers another way at once', () => {
  const params = { no: 7, invoiceId: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' };
  const screen = renderNotice(
    { template: 'pay.failed', params },
    { locale: 'en', timeZone: 'UTC' },
  );
  expect(screen?.rows.flat()).toMatchObject([
    { label: expect.stringContaining('7') },
    { label: '🔁 Other method', press: { route: 'inv:alt', id: params.invoiceId } },
  ]);
});
