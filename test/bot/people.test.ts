import { startStage, type Stage } from './support/stage';
import { buttonsOf, idle, newVisitor, until } from './support/visitor';
import { RATE_LIMITS } from '../../src/records/rates';

describe('people', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true });
  });
  afterAll(() => stage.stop());

  it('T-E5 a name like <b>&" is shown as it is', async () => {
    const odd = newVisitor(stage, { name: '<b>&"' });
    expect((await odd.write('/start')).message.text).toContain('Hello, <b>&"!');
    expect((await odd.write('/balance')).message.text).toContain('<b>&"');
    expect(stage.incidents).toEqual([]);
  });

  it('T-E8 a blocked person meets the gate, and still finds support and terms', async () => {
    const blocked = newVisitor(stage);
    await blocked.write('/start');
    await stage.sql`update users set is_blocked = true where id = ${blocked.id}`;
    for (const text of ['/start', '/topup', '/balance', 'hello'])
      expect((await blocked.write(text)).message.text).toContain('Access is limited');
    expect((await blocked.write('/paysupport')).message.text).toContain('@billing_help');
    expect((await blocked.write('/terms')).message.text).toContain('Documents');
    expect((await blocked.press('Menu')).toast).toContain('Access is limited');
  });

  it('T-B6 a fractional balance is shown in /start and /balance', async () => {
    const rich = newVisitor(stage);
    await rich.write('/start');
    await stage.sql`
      insert into accounts (id, code, asset, user_id, balance)
      values (gen_random_uuid(), ${`wallet:${rich.id}:TOK`}, 'TOK', ${rich.id}, 99990000)`;
    expect((await rich.write('/start')).message.text).toContain('Balance: 99.99 tokens');
    expect((await rich.write('/balance')).message.text).toContain('In your account: 99.99 tokens');
  });

  it('choose their language, which lasts', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/language');
    const changed = await visitor.press('Русский');
    expect(changed.toast).toContain('по-русски');
    expect(changed.message.message.text).toContain('Настройки');
    expect((await visitor.write('/start')).message.text).toContain('Здравствуйте');
  });

  it('who block the bot are marked until they write again', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    const isMarked = async () => {
      const [row] = await stage.sql`
        select unreachable_since is not null as marked from users where id = ${visitor.id}`;
      return row?.['marked'] === true;
    };
    stage.telegram.setBlocked(visitor.id, true);
    await until('the mark', isMarked);
    stage.telegram.setBlocked(visitor.id, false);
    await until('the mark gone', async () => !(await isMarked()));
  });

  it('see a tariff by its link, and its price before they buy', async () => {
    const visitor = newVisitor(stage);
    expect((await visitor.write('/start t_basic')).message.text).toContain('Basic');
    const offer = await visitor.press('Choose for');
    expect(offer.message.message.text).toContain('To pay: ₽99');
    expect((await visitor.write('/start t_nothing')).message.text).toContain('no longer on sale');
    expect((await visitor.write('/start ref_SOMEBODY')).message.text).toContain('Hello');
  });

  it('reach documents at the public address only', async () => {
    const visitor = newVisitor(stage);
    const urls = buttonsOf(await visitor.write('/terms')).flatMap((it) =>
      'url' in it ? [it.url] : [],
    );
    expect(urls).toEqual([
      'https://billing.example/legal/terms?lang=en',
      'https://billing.example/legal/privacy?lang=en',
    ]);
  });

  it('in a group are asked to talk in private, and group talk is not listened to', async () => {
    const visitor = newVisitor(stage);
    const group = stage.telegram.createGroup({ title: 'Team', memberIds: [visitor.id] });
    stage.telegram.send(visitor.id, '/balance@billing_test_bot', { chatId: group.id });
    const answer = await stage.telegram.waitForMessage(group.id, 'in private');
    expect(answer.message.text).not.toContain('account');
    stage.telegram.send(visitor.id, 'just talking', { chatId: group.id });
    await idle(stage).catch(() => undefined);
    const answers = stage.telegram.messages(group.id).filter(({ message }) => message.from?.is_bot);
    expect(answers).toHaveLength(1);
  });
});

describe('people in a hurry', () => {
  it('are told how long to wait after thirty commands in a minute', async () => {
    const stage = await startStage({
      rateLimits: { ...RATE_LIMITS, command: { points: 5, seconds: 60 } },
    });
    try {
      const visitor = newVisitor(stage);
      for (let count = 0; count < 5; count += 1) await visitor.write('/start');
      expect((await visitor.write('/start')).message.text).toMatch(/wait \d+ seconds?/);
      expect(RATE_LIMITS.command).toEqual({ points: 30, seconds: 60 });
    } finally {
      await stage.stop();
    }
  });
});
