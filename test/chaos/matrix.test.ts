import { fight, type Verdict } from './matrix/battle';
import { forgetKeysOf } from './matrix/fault';
import { openGround, type Ground } from './matrix/ground';
import { reference, type Reference } from './matrix/judgement';
import { redRuns } from './matrix/matrix';
import { apart, cellsOf, momentsFor, routesOf, shareOf, wavesOf, type Cell } from './matrix/plan';
import { codeOf, type Moment } from './matrix/subject';

// A slice of `npm run chaos`: the whole matrix takes hours.

let ground: Ground;
let undisturbed: Reference;

beforeAll(async () => {
  ground = await openGround();
  // The first run of all warms what the others use.
  await reference(ground, 'spend');
  undisturbed = await reference(ground, 'spend');
}, 240_000);
afterAll(() => ground?.stop());

const own = () => undisturbed.moments.filter(({ isOwn }) => isOwn);

/** The answer to the commit of a spend is lost on its way to the server, which charges again. */
function lostAnswer(): Cell {
  const moment = own().find(
    ({ wire, name, phase }) =>
      wire === 'server→PostgreSQL' && /commit of .*charges/.test(name) && phase === 'answer',
  );
  if (!moment) throw new Error('a spend has no commit');
  return { flow: 'spend', victim: 'cut', moment };
}

async function strike(routes: Parameters<typeof wavesOf>[0]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  const references = new Map([['spend', undisturbed] as const]);
  const tell = (told: readonly Verdict[]) => void verdicts.push(...told);
  await fight({ ground, references, waves: wavesOf(routes, 4), isLate: () => false, tell });
  return verdicts;
}

test('a flow is seen at each of its calls, commits and messages, and knows which are its own', () => {
  const seen = new Set(undisturbed.moments.map(({ wire }) => wire));
  expect([...seen].sort()).toEqual([
    ...['bank→server', 'server→PostgreSQL', 'server→Temporal', 'worker→PostgreSQL'],
    ...['worker→Telegram', 'worker→Temporal', 'worker→bank'],
  ]);
  const codes = undisturbed.moments.map(codeOf);
  expect(new Set(codes).size).toBe(codes.length);
  expect(own().length).toBeLessThan(undisturbed.moments.length);
  expect(own().some(({ name }) => /charges/.test(name))).toBe(true);
  expect(own().some(({ wire }) => wire === 'bank→server')).toBe(false);
});

test('a spend is charged once whose commit is answered by silence, or whose worker dies twice', async () => {
  const done = undisturbed.moments.filter(({ name }) => / has done$/.test(name));
  const dying = [done[0], done.at(-1)] as Moment[];
  const verdicts = [
    ...(await strike(apart([lostAnswer()]))),
    ...(await strike([{ flow: 'spend', victim: 'worker', moments: dying }])),
  ];
  expect(verdicts.map(({ strike: one, violations }) => [one?.code, violations])).toEqual([
    [codeOf(lostAnswer().moment), []],
    ...dying.map((moment) => [codeOf(moment), []]),
  ]);
  expect(verdicts.at(-1)?.strike?.event).toBeGreaterThan(3);
});

test('without the key of a charge the same blow is a violation that names its flow and its victim', async () => {
  await forgetKeysOf(ground, 'charges');
  await forgetKeysOf(ground, 'transfers');
  const verdicts = await strike(apart([lostAnswer()]));
  expect(verdicts.map(({ strike: one }) => one?.code)).toEqual([codeOf(lostAnswer().moment)]);
  expect(verdicts[0]?.violations).not.toEqual([]);
  const [report] = redRuns(verdicts);
  expect(report).toContain('spend × cut');
  expect(report).toContain(
    `npm run chaos -- --flow spend --victim cut --at '${codeOf(lostAnswer().moment)}'`,
  );
});

test('cells are the same for the same seed, every n-th of each flow and victim, and each in one run', () => {
  const moments = new Map([['spend', undisturbed.moments] as const]);
  const choice = { flows: ['spend'], victims: ['worker', 'cut'], every: 5, seed: 3 } as const;
  const cells = cellsOf(moments, choice);
  expect(cellsOf(moments, choice)).toEqual(cells);
  const workers = cells.filter(({ victim }) => victim === 'worker');
  const fitting = momentsFor(undisturbed.moments, 'worker');
  expect(Math.abs(workers.length - fitting.length / 5)).toBeLessThan(1);
  const routes = routesOf(cells);
  expect(routes.flatMap((route) => route.moments)).toHaveLength(cells.length);
  for (const wave of wavesOf(routes, 4)) {
    expect(wave.length).toBeLessThanOrEqual(4);
    expect(new Set(wave.map(({ victim }) => victim)).size).toBe(1);
  }
  const shares = [0, 1, 2].map((index) => cells.filter((cell) => shareOf(cell, 3) === index));
  expect(shares.flat()).toHaveLength(cells.length);
});
