import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { until } from '../support/until';
import { Answers } from './matrix/links/postgres-answers';
import { postgresLink } from './matrix/links/postgres-link';
import { rowsOf, tableOf } from './matrix/page';
import { cellsOf, nameOf, type Cell } from './matrix/plan';
import { decidedBy, resumed, type Result } from './matrix/results';
import { codeOf, Subject, type Moment } from './matrix/subject';
import { FIRST_PERSON, Watch } from './matrix/watch';

const momentOf = (nth: number, isOwn = true): Moment => ({
  ...{ wire: 'worker→PostgreSQL', name: 'commit of charges', nth, phase: 'request' },
  ...{ atMs: nth, isOwn },
});
const cellOf = (nth: number): Cell => ({ flow: 'spend', victim: 'worker', moment: momentOf(nth) });

function resultOf(nth: number, change: Partial<Result> = {}): Result {
  const cell = cellOf(nth);
  return {
    cell: nameOf(cell),
    ...{ flow: cell.flow, victim: cell.victim, at: codeOf(cell.moment), isStruck: true },
    ...{ recoveryMs: 1_000, violations: [], commit: 'a', instant: '2030-01-01T00:00:00Z' },
    ...change,
  };
}

/** As PostgreSQL and its clients write it. */
function message(kind: string, body: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind, 0);
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, Buffer.from(body)]);
}

test('a red cell stays red until the product has changed, and a green one is not struck again', () => {
  const red = resultOf(1, { violations: ['broken'] });
  const after = { instant: '2030-01-02T00:00:00Z' };
  expect(decidedBy([red, resultOf(1, after)])).toEqual([red]);
  const mended = resultOf(1, { ...after, commit: 'b' });
  expect(decidedBy([mended, red])).toEqual([mended]);
  const missed = resultOf(2, { isStruck: false });
  expect(decidedBy([missed, resultOf(2, after)])).toEqual([resultOf(2, after)]);
  const found = { results: [red, resultOf(2), resultOf(3, { isStruck: false })], deaths: [] };
  const every = [1, 2, 3, 4, 5].map(cellOf);
  expect(resumed([2, 3, 4].map(cellOf), { every, found })).toEqual([1, 3, 4].map(cellOf));
});

test('a thin choice leaves no flow unstruck by anybody who can strike it', () => {
  const moments = new Map([['spend', [momentOf(0, false), momentOf(1), momentOf(2)]]] as const);
  for (let seed = 0; seed < 9; seed += 1) {
    const victims = ['worker', 'bot', 'PostgreSQL'] as const;
    const cells = cellsOf(moments, { flows: ['spend'], victims, every: 50, seed });
    expect(cells.map(({ victim }) => victim)).toEqual(['worker', 'PostgreSQL']);
  }
});

test('a commit that people share is a moment of each, and is lost with any of them', async () => {
  const watch = new Watch(() => undefined);
  const code = codeOf({ ...momentOf(1), name: 'commit of accounts' });
  const [struck, other] = [new Subject([code]), new Subject()];
  watch.enlist(struck, FIRST_PERSON + 1);
  watch.enlist(other, FIRST_PERSON + 2);
  const arrived: Buffer[] = [];
  const database = createServer((socket) => {
    socket.on('data', (chunk) => void arrived.push(chunk)).on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(database, 'listening');
  const { port } = database.address() as AddressInfo;
  const link = await postgresLink('worker→PostgreSQL', { watch, port });
  const client = connect(link.port, '127.0.0.1');
  const asked = (text: string) => message('Q', `${text}\0`);
  client.write(Buffer.from([0, 0, 0, 4]));
  const ids = [1, 2].map((n) => FIRST_PERSON + n).join(', ');
  client.write(asked('begin'));
  client.write(asked(`update accounts set held = 0 where user_id in (${ids})`));
  client.write(asked('commit'));
  await until('the commit is held', async () => struck.held);
  expect(other.moments.map(codeOf)).toEqual([code]);
  struck.strike();
  await once(client, 'close');
  expect(Buffer.concat(arrived).toString()).not.toContain('commit');
  await link.stop();
  database.close();
});

test('the table says how many of how many cells were struck, and at which product', () => {
  const moments = new Map([
    ['spend', [momentOf(0, false), ...[1, 2, 3, 4].map((nth) => momentOf(nth))]],
  ]) as ReadonlyMap<'spend', readonly Moment[]>;
  const results = [
    resultOf(1),
    resultOf(2, { recoveryMs: 3_000, commit: 'b', event: 7 }),
    resultOf(3, { isStruck: false }),
  ];
  const [row] = rowsOf({ results, moments });
  expect(row).toEqual({
    ...{ flow: 'spend', victim: 'worker', cells: 4, struck: 2, recovered: 2 },
    ...{ longestMs: 3_000, missed: 1, violations: 0 },
  });
  const text = tableOf({ results, moments, deaths: [{ died: 'bot', count: 2 }] });
  expect(text).toContain('| spend and batch | worker, SIGKILL | 2 of 4 | 2 | 3.0 s | 1 | 0 |');
  expect(text).toContain('2 cells at a, 1 cells at b');
  expect(text).toContain('of 1 of them the last event');
  expect(text).toContain('bot 2 times');
  const others = tableOf({ results, moments: new Map([['trial', []]]), deaths: [] });
  expect(others).toContain('2 flows have 3 cells');
});

test('answers of PostgreSQL are counted wherever the wire has cut them', () => {
  const said = Buffer.concat([
    ...[message('R', '0000'), message('Z', 'I'), message('D', 'Z'.repeat(300)), message('Z', 'I')],
  ]);
  for (const size of [1, 3, 5, 7, 64, 1_000]) {
    const answers = new Answers();
    const counts: number[] = [];
    for (let at = 0; at < said.length; at += size) {
      answers.hear(said.subarray(at, at + size));
      counts.push(answers.count);
    }
    expect(counts.at(-1)).toBe(2);
    expect(counts).toEqual([...counts].sort());
  }
});

test('a run is held once in each of its moments, and a caller who gives up was not struck', async () => {
  const subject = new Subject([codeOf(momentOf(1)), codeOf(momentOf(2))]);
  const leavers: (() => void)[] = [];
  const caller = { once: (_: 'close', listener: () => void) => void leavers.push(listener) };
  const pass = () =>
    subject.pass(subject.call('worker→PostgreSQL', 'commit of charges'), 'request', caller);
  const first = pass();
  expect(subject.held?.code).toBe(codeOf(momentOf(1)));
  subject.condemn();
  leavers.forEach((leave) => leave());
  expect(subject.held).toBeDefined();
  subject.strike();
  expect(await first).toBe('lost');
  const second = pass();
  leavers.at(-1)?.();
  expect(await second).toBe('lost');
  expect(subject.left.map(({ stand }) => stand.code)).toEqual([codeOf(momentOf(2))]);
  expect(await pass()).toBe('arrives');
  expect(subject.isAiming).toBe(false);
});
