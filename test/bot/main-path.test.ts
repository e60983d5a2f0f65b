import { startStage, type Stage } from './support/stage';
import { buttonsOf, newVisitor } from './support/visitor';

describe('the way from hello to an order', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  it('greets a new person in their language, registers them once and shows the menu', async () => {
    const anna = newVisitor(stage, { name: 'Анна', language: 'ru' });
    const menu = await anna.write('/start');
    expect(menu.message.text).toContain('Здравствуйте, Анна!');
    expect(menu.message.text).toContain('Баланс: 0 ток.');
    await anna.write('/start');
    const rows = await stage.sql`
      select action from audit_log where entity_id = ${String(anna.id)}`;
    expect(rows.map((row) => String(row['action']))).toEqual(['user.created']);
  });

  it('leads from an amount over the quote to an invoice with a pay link', async () => {
    const ben = newVisitor(stage, { name: 'Ben' });
    await ben.write('/topup');
    const offer = await ben.press('₽200');
    expect(offer.message.message.text).toContain('To pay: ₽200');
    expect(offer.message.message.text).toMatch(/Price valid until \d{4}-\d\d-\d\d \d\d:\d\d/);
    const card = await ben.press('Continue to pay');
    expect(card.message.message.text).toMatch(/Invoice #\d+/);
    expect(card.message.message.text).toContain('Waiting for payment');
    const pay = buttonsOf(card.message).find((button) => 'url' in button);
    expect(pay).toMatchObject({ text: '💳 Pay ₽200' });
    expect(ben.texts()).toHaveLength(1);
  });
});
