import { startStage, type Stage } from './support/stage';
import { newVisitor, type Visitor } from './support/visitor';

async function asked(stage: Stage): Promise<Visitor> {
  const visitor = newVisitor(stage);
  await visitor.write('/topup');
  await visitor.press('Other amount');
  expect(visitor.shown().message.text).toContain('Type the amount');
  return visitor;
}

describe('another amount', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  it.each([
    ['250', '₽250'],
    ['250.50', '₽250.50'],
    ['250,50', '₽250.50'],
    ['12 500', '₽12,500'],
  ])('%s is quoted as %s', async (typed, shown) => {
    const visitor = await asked(stage);
    expect((await visitor.write(typed)).message.text).toContain(`To pay: ${shown}`);
  });

  it.each(['abc', '-250', '1e3', '250.505', '+300', '2 5 0'])(
    '%s is refused politely, naming the minimum, and the question stays open',
    async (typed) => {
      const visitor = await asked(stage);
      expect((await visitor.write(typed)).message.text).toContain('₽200 or more');
      expect((await visitor.write('300')).message.text).toContain('To pay: ₽300');
    },
  );

  it('below the minimum makes no quote and no invoice', async () => {
    const visitor = await asked(stage);
    expect((await visitor.write('50')).message.text).toContain('smallest amount is ₽200');
    expect((await visitor.write('100001')).message.text).toContain('largest amount is ₽100,000');
    const quotes = await stage.sql`select 1 from quotes where user_id = ${visitor.id}`;
    expect(quotes).toHaveLength(0);
  });

  it.each(['/balance', '/balance@billing_test_bot'])(
    'T-E4 %s works at once and ends the question',
    async (command) => {
      const visitor = await asked(stage);
      expect((await visitor.write(command)).message.text).toContain('In your account');
      expect((await visitor.write('300')).message.text).toContain('did not understand');
    },
  );

  it('T-E2 outlives a restart of the bot', async () => {
    const visitor = await asked(stage);
    await stage.restart();
    expect((await visitor.write('300')).message.text).toContain('To pay: ₽300');
    await stage.restart();
    expect((await visitor.press('Continue to pay')).message.message.text).toContain('Invoice #');
  });

  it('is left by /cancel', async () => {
    const visitor = await asked(stage);
    expect((await visitor.write('/cancel')).message.text).toContain('cancelled');
    expect((await visitor.write('/cancel')).message.text).toContain('nothing to cancel');
  });

  it('closes after half an hour, and says so once', async () => {
    const visitor = await asked(stage);
    stage.advance(31 * 60_000);
    expect((await visitor.write('300')).message.text).toContain('more than 30 minutes');
    expect((await visitor.write('300')).message.text).toContain('did not understand');
  });
});
