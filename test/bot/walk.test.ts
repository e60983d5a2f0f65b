import { startStage, type Stage } from './support/stage';
import { newVisitor, until } from './support/visitor';
import { missingFrom, newWalk, pressAround } from './support/walking';

const COMMANDS = [
  '/start',
  '/balance',
  '/topup',
  '/tariffs',
  '/buy',
  '/subscription',
  '/sub',
  '/history',
  '/invoices',
  '/settings',
  '/language',
  '/help',
  '/support',
  '/paysupport',
  '/refund',
  '/terms',
  '/privacy',
  '/cancel',
  '/promo',
  '/trial',
  '/gift',
  '/invite',
  '/why',
  '/costs',
  '/upcoming',
  '/limits',
  '/export',
  '/erase',
  '/autotopup',
  '/methods',
];

/** Screens with more kinds of buttons than one visit presses. */
const ROUNDS = [
  ...['/start', '/topup', '/tariffs', '/invoices', '/gift', '/help'],
  ...['/balance', '/history', '/autotopup', '/costs'],
];

const PROVIDERS = [
  { name: 'mock', currencies: ['RUB'], canSave: true },
  { name: 'robokassa', currencies: ['RUB'] },
  { name: 'stars', currencies: ['XTR'] },
];

describe('every screen', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage({ hasCatalogue: true, paymentProviders: PROVIDERS });
  });
  afterAll(() => stage.stop());

  it.each(['ru', 'en'])('T-E7 has no dead button, in %s', async (language) => {
    const visitor = newVisitor(stage, { language });
    const around = newWalk();
    const walk = async (command: string): Promise<void> => {
      await visitor.write(command);
      await pressAround(visitor, around);
    };
    for (const command of COMMANDS) await walk(command);
    for (let rounds = 0; rounds < 12 && missingFrom(around).length > 0; rounds += 1)
      for (const command of ROUNDS) await walk(command);
    expect(missingFrom(around)).toEqual([]);
    for (const kind of [
      'v1:q:ok',
      'v1:inv:chk',
      'v1:inv:alt',
      'v1:inv:use',
      'v1:inv:can',
      'v1:tar:pick',
    ])
      expect([...around.pressed]).toContain(kind);
    expect(stage.incidents).toEqual([]);
    expect(stage.logged).toEqual([]);
  });

  it('T-E7 answers text, stickers and commands it does not know', async () => {
    const visitor = newVisitor(stage);
    expect((await visitor.write('what?')).message.text).toContain('did not understand');
    expect((await visitor.write('/nonsense')).message.text).toContain('did not understand');
    const before = visitor.texts().length;
    stage.telegram.shareContact(visitor.id);
    await until('an answer to a contact', () => visitor.texts().length > before);
    expect(visitor.shown().message.text).toContain('text and buttons only');
  });

  it('lists only commands that exist, in both languages', async () => {
    const lists = stage.telegram
      .log('call')
      .filter(({ name }) => name === 'setMyCommands')
      .map(({ request }) => JSON.stringify(request));
    expect(lists).toHaveLength(3);
    for (const list of lists) {
      expect(list).toContain('tariffs');
      expect(list).toContain('upcoming');
    }
    expect(lists.some((list) => list.includes('Главное меню'))).toBe(true);
  });
});

describe('failing handlers', () => {
  it('T-E7 reach the person with a reference and the operators with an alert; T-E8 the registration stands', async () => {
    const stage = await startStage({
      change: ({ reads }) => ({
        reads: { ...reads, wallet: () => Promise.reject(new Error('secret-address:5432')) },
      }),
    });
    try {
      const visitor = newVisitor(stage);
      const answer = await visitor.write('/balance');
      const incident = stage.incidents[0];
      expect(answer.message.text).toContain(incident?.incidentId);
      expect(answer.message.text).not.toContain('5432');
      expect(incident?.summary).not.toContain('5432');
      const rows = await stage.sql`select id from users where id = ${visitor.id}`;
      expect(rows).toHaveLength(1);
      await visitor.write('/start');
      const alert = await visitor.press('Balance');
      expect(alert.isAlert).toBe(true);
      expect(alert.toast).toContain(stage.incidents[1]?.incidentId);
    } finally {
      await stage.stop();
    }
  });
});
