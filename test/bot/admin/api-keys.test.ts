import { v7 } from 'uuid';
import { apiClients, apiKeys } from '../../../drizzle/schema';
import { hashKey } from '../../../src/http/api/keys';
import { TEST_SECRETS } from '../../support/secrets';
import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';

describe('keys of the API', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  const asked = () => stage.commands.asked.filter(({ name }) => name === 'operate');

  async function storedKey(prefix: string): Promise<void> {
    const clientId = v7();
    await stage.db.insert(apiClients).values({ id: clientId, name: `client ${prefix}` });
    const hash = Buffer.from(prefix.repeat(8), 'hex');
    await stage.db.insert(apiKeys).values({ clientId, prefix, hash, scopes: ['hold:write'] });
  }

  it('are issued with a reason, shown once, and handed on only as beginning and hash', async () => {
    const admin = await newOperator(stage, ['admin']);
    expect((await admin.write('/api_keys')).message.text).toContain('the API is closed');
    await admin.write('/api_keys runner spend:write, track:write');
    await admin.write('the runner goes live today');
    await admin.press('Do it');
    const key = /[0-9a-f]{8}_[\w-]{43}/.exec(admin.shown().message.text ?? '')?.[0] ?? '';
    expect(asked().at(-1)?.with).toMatchObject({
      action: 'issue_api_key',
      params: {
        ...{ client: 'runner', scopes: ['spend:write', 'track:write'], prefix: key.slice(0, 8) },
        hash: hashKey(key, TEST_SECRETS.apiKeyPepper).toString('hex'),
      },
    });
    const secret = key.slice(9);
    expect(JSON.stringify([stage.commands.asked, stage.logged])).not.toContain(secret);
    const kept = await stage.sql`
      select (select json_agg(d) from dialogues d)::text as dialogues,
             (select json_agg(o) from outbox_messages o)::text as messages`;
    expect(JSON.stringify(kept)).not.toContain(secret);
  });

  it('are rotated and revoked from their card', async () => {
    await storedKey('0a0b0c0d');
    const admin = await newOperator(stage, ['admin']);
    await admin.write('/api_keys');
    await admin.press('🟢 client 0a0b0c0d · 0a0b0c0d');
    expect(admin.shown().message.text).toContain('Never used');
    await admin.press('🔁 Rotate');
    await admin.write('it has been a year now');
    await admin.press('Do it');
    expect(asked().at(-1)?.with).toMatchObject({
      action: 'rotate_api_key',
      params: { replaces: '0a0b0c0d', overlapHours: 24 },
    });
    expect(admin.shown().message.text).toMatch(/[0-9a-f]{8}_[\w-]{43}/);
    await admin.write('/api_keys');
    await admin.press('🟢 client 0a0b0c0d · 0a0b0c0d');
    await admin.press('⛔️ Revoke');
    await admin.write('somebody has published it');
    await admin.press('Do it');
    expect(asked().at(-1)?.with).toMatchObject({
      ...{ action: 'revoke_api_key', params: { prefix: '0a0b0c0d' } },
    });
  });

  it('that were kept by an earlier try, and never shown, are said to be lost', async () => {
    const admin = await newOperator(stage, ['admin']);
    await admin.write('/api_keys runner spend:write');
    await admin.write('the runner goes live today');
    const result = { prefix: '0badc0de' };
    stage.commands.next('operate', async () => ({ kind: 'done', result }));
    await admin.press('Do it');
    expect(admin.shown().message.text).toContain('0badc0de… was issued, but could not be shown');
  });

  it('that are over have nothing to press, and a scope nobody knows is named', async () => {
    await storedKey('0f0f0f0f');
    await stage.sql`update api_keys set revoked_at = now() where prefix = '0f0f0f0f'`;
    const admin = await newOperator(stage, ['admin']);
    await admin.write('/api_keys');
    await admin.press('⚪️ client 0f0f0f0f · 0f0f0f0f');
    expect(JSON.stringify(admin.shown().message.reply_markup)).not.toContain('Rotate');
    const stale = await admin.forge('v1:adm:rekey::0f0f0f0f');
    expect(stale.toast ?? admin.shown().message.text).toContain('things have changed');
    await admin.write('/api_keys runner everything');
    expect(admin.shown().message.text).toContain('no scope “everything”');
    const finance = await newOperator(stage, ['finance']);
    expect((await finance.write('/api_keys')).message.text).toContain('did not understand');
  });
});
