import { ROUTES, type Route } from '../../src/bot/callback-data';
import { toId22 } from '../../src/bot/id22';
import { TEXTS } from '../../src/texts';
import { newOperator } from './support/roles';
import { startStage, type Stage } from './support/stage';
import { buttonsOf, newVisitor, type Visitor } from './support/visitor';
import { newWalk, pressAround } from './support/walking';

const PROVIDERS = [
  { name: 'mock', currencies: ['RUB'], canSave: true },
  { name: 'stars', currencies: ['XTR'] },
];

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ hasCatalogue: true, paymentProviders: PROVIDERS });
});
afterAll(() => stage.stop());
afterEach(() => {
  expect(stage.incidents).toEqual([]);
  expect(stage.logged).toEqual([]);
});

/** Tables that say whose each row is. */
async function ownedTables(): Promise<string[]> {
  const rows = await stage.sql`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'user_id' order by 1`;
  return rows.map(({ name }) => String(name));
}

/** Everything that is somebody's, as text. */
async function belongings(userId: number): Promise<Record<string, unknown>> {
  const entries = await Promise.all(
    (await ownedTables()).map(async (table) => {
      const rows = await stage.sql`
        select to_jsonb(t)::text as row from ${stage.sql(table)} t where user_id = ${userId} order by 1`;
      return [table, rows.map(({ row }) => row)] as const;
    }),
  );
  return Object.fromEntries(entries);
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Somebody who has quotes and orders of every kind. */
async function newVictim(): Promise<Visitor> {
  const victim = newVisitor(stage, { name: 'Zinaida' });
  await victim.write('/start');
  for (const command of ['/topup', '/tariffs', '/gift']) {
    await victim.write(command);
    await pressAround(victim, newWalk());
  }
  return victim;
}

const USER_ROUTES: readonly Route[] = ROUTES.filter(
  (route) => !/^(?:adm|bc|prop):|^nav:adm$/.test(route),
);

test('buttons forged with the ids of another person show nothing of theirs and move nothing', async () => {
  const victim = await newVictim();
  const before = await belongings(victim.id);
  const ids = [...new Set(JSON.stringify(before).match(UUID) ?? [])].slice(0, 3);
  expect(ids.length).toBeGreaterThan(2);
  const [row] = await stage.sql`select no from invoices where user_id = ${victim.id}`;
  const mark = new RegExp(`Zinaida|№ ?${String(row?.['no'])}\\b|#${String(row?.['no'])}\\b`);
  const forger = newVisitor(stage, { name: 'Mallory' });
  await forger.write('/start');
  stage.commands.asked.length = 0;
  for (const route of USER_ROUTES) {
    for (const id of ids) {
      for (const tail of id === ids[0] ? ['', `:${victim.id}`] : ['']) {
        const data = `v1:${route}:${toId22(id) ?? ''}${tail}`;
        if (data.length > 64) continue;
        const { toast, message } = await forger.forge(data);
        expect([data, toast ?? '']).not.toEqual([data, expect.stringMatching(mark)]);
        expect([data, message.message.text ?? '']).not.toEqual([data, expect.stringMatching(mark)]);
      }
    }
  }
  expect(await belongings(victim.id)).toEqual(before);
  const names = stage.commands.asked.map((asked) => JSON.stringify(asked));
  expect(names.filter((text) => text.includes(String(victim.id)))).toEqual([]);
}, 240_000);

const TAG = '<a href="https://evil.example">INJ</a>';

const TEXTS_OF_ATTACKS = [
  TAG,
  '<b>INJ',
  '&lt;b&gt;INJ',
  '[INJ](https://evil.example)',
  '*INJ* _INJ_ `INJ`',
  `'; drop table users; --`,
  `' or 1=1 --`,
  `%' or pg_sleep(20) is null --`,
  '{count, plural, one {INJ} other {INJ}}',
  '\u202eINJ\u0000\u2028',
  'INJ'.repeat(1_300),
];

const COMMANDS = [
  ...['/start', '/topup', '/buy', '/tariffs', '/promo', '/trial', '/gift', '/invite', '/why'],
  ...['/costs', '/limits', '/refund', '/paysupport', '/support', '/language', '/autotopup'],
  ...['/export', '/erase', '/upcoming', '/history', '/invoices', '/methods', '/settings'],
];

const ADMIN_COMMANDS = Object.keys(TEXTS.en)
  .filter((key) => key.startsWith('admin.command.'))
  .map((key) => `/${key.slice('admin.command.'.length)}`);

/** What the bot said since, as far as it came from what was written. */
function linksIn(visitor: Visitor): string[] {
  return stage.telegram.messages(visitor.id).flatMap(({ message }) => {
    if (!message.from?.is_bot) return [];
    const entities = (message.entities ?? []).flatMap((one) => ('url' in one ? [one.url] : []));
    const buttons = buttonsOf({ message } as never).flatMap((one) =>
      'url' in one ? [one.url] : [],
    );
    return [...entities, ...buttons].filter((url) => url.includes('evil.example'));
  });
}

test.each(TEXTS_OF_ATTACKS)(
  '%j is a text like any other, after every command and at every question',
  async (text) => {
    const visitor = newVisitor(stage, { name: text.slice(0, 60) });
    await visitor.write('/start');
    for (const command of COMMANDS) {
      await visitor.write(`${command} ${text}`);
      await visitor.write(text);
    }
    expect(linksIn(visitor)).toEqual([]);
    const [row] = await stage.sql`select count(*)::int as n from users`;
    expect(row?.['n']).toBeGreaterThan(0);
  },
  240_000,
);

test.each(TEXTS_OF_ATTACKS)(
  '%j is a text like any other to operators, too',
  async (text) => {
    const operator = await newOperator(stage, ['admin'], { name: text.slice(0, 60) });
    expect(ADMIN_COMMANDS.length).toBeGreaterThan(15);
    for (const command of ADMIN_COMMANDS) {
      await operator.write(`${command} ${text}`);
      await operator.write(text);
      await operator.write('/cancel');
    }
    expect(linksIn(operator)).toEqual([]);
  },
  240_000,
);

test.each(ADMIN_COMMANDS)('%s is an unknown text to somebody without a role', async (command) => {
  const visitor = newVisitor(stage);
  const unknown = (await visitor.write('/nonsense')).message.text;
  expect((await visitor.write(`${command} 1 2 3`)).message.text).toBe(unknown);
});

test('pages of a history are asked for by cursors that nobody can make mean anything else', async () => {
  const visitor = newVisitor(stage);
  await visitor.write('/start');
  for (const cursor of [`'`, '1;--', '-1', '9'.repeat(32), 'zzzzzzzzzzz', '1.1', '0x1', 'null']) {
    const { message } = await visitor.forge(`v1:hist:pg::${cursor}`);
    expect(message.message.text).not.toMatch(/error|pg_|syntax/i);
  }
});
