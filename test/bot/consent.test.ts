import { startStage, type Stage } from './support/stage';
import { buttonsOf, newVisitor } from './support/visitor';

const QUESTION = 'Before we begin';

describe('the terms', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true, asksTerms: true });
  });
  afterAll(() => stage.stop());

  const consentsOf = (userId: number) => stage.sql`
    select kind, text_version, text_hash from consents
    where user_id = ${userId} and withdrawn_at is null`;

  it('are asked for first, within three queries, and nothing that moves money goes before', async () => {
    const visitor = newVisitor(stage);
    stage.statements.length = 0;
    expect((await visitor.write('/start')).message.text).toContain(QUESTION);
    expect(stage.statements).toHaveLength(3);
    for (const text of ['/topup', '/balance', 'hello'])
      expect((await visitor.write(text)).message.text).toContain(QUESTION);
    expect((await visitor.forge('v1:top:amt::200')).message.message.text).toContain(QUESTION);
    expect(await consentsOf(visitor.id)).toEqual([]);
    expect(await stage.sql`select 1 from quotes where user_id = ${visitor.id}`).toEqual([]);
  });

  it('are kept with the version and the hash of what was read, once', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    const accepted = await visitor.press('I accept');
    expect(accepted.toast).toContain('accepted');
    expect(accepted.message.message.text).toContain('Hello, Anna');
    await visitor.forge('v1:terms:yes');
    expect(await consentsOf(visitor.id)).toEqual([
      { kind: 'terms', text_version: 'test-1', text_hash: 'hash-en' },
    ]);
    expect((await visitor.write('/topup')).message.text).not.toContain(QUESTION);
    const audited = await stage.sql`
      select actor_kind from audit_log
      where action = 'consent.given' and entity_id = ${String(visitor.id)}`;
    expect(audited).toHaveLength(1);
  });

  it('lead on to where a link pointed, also by way of the documents and another language', async () => {
    const visitor = newVisitor(stage);
    expect((await visitor.write('/start t_basic')).message.text).toContain(QUESTION);
    expect((await visitor.write('/terms')).message.text).toContain('Documents');
    await visitor.write('/language');
    await visitor.press('Русский');
    await visitor.write('что дальше?');
    const accepted = await visitor.press('Принимаю');
    expect(accepted.message.message.text).toContain('Базовый');
    expect(await consentsOf(visitor.id)).toMatchObject([{ text_hash: 'hash-ru' }]);
  });

  it('lead on to where a link pointed though the first answer was cut short after the consent', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start t_basic');
    stage.telegram.faults.add({ kind: '500', method: 'editMessageText', times: 1 });
    await visitor.press('I accept');
    expect(await consentsOf(visitor.id)).toHaveLength(1);
    const again = await visitor.forge('v1:terms:yes');
    expect(again.message.message.text).toContain('Basic');
    expect(await consentsOf(visitor.id)).toHaveLength(1);
    expect((await visitor.forge('v1:terms:yes')).toast).toContain('already');
  });

  it('greet a newcomer as one after they accept', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    expect((await visitor.press('I accept')).message.message.text).toContain('always at hand');
  });

  it('show the documents beside the button', async () => {
    const visitor = newVisitor(stage);
    const buttons = buttonsOf(await visitor.write('/start'));
    expect(buttons.map((one) => ('url' in one ? one.url : one.text))).toEqual([
      'https://billing.example/legal/terms?lang=en',
      'https://billing.example/legal/privacy?lang=en',
      '✅ I accept',
    ]);
  });

  it('are asked for again when they change', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    await visitor.press('I accept');
    await stage.sql`update consents set text_version = 'test-0' where user_id = ${visitor.id}`;
    expect((await visitor.write('/balance')).message.text).toContain(QUESTION);
    await visitor.press('I accept');
    expect(await consentsOf(visitor.id)).toHaveLength(2);
    expect((await visitor.write('/balance')).message.text).not.toContain(QUESTION);
  });
});
