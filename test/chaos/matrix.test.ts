import { forgetKeysOf } from './matrix/fault';
import { openGround, type Ground } from './matrix/ground';
import { cellsOf, victimsOf, wavesOf, type Cell } from './matrix/plan';
import { codeOf, type Moment } from './matrix/watch';
import { reference, reportOf, strikeWave, type Reference } from './matrix/wave';

// A slice of `npm run chaos`: the whole matrix takes most of an hour.

let ground: Ground;
let undisturbed: Reference;

beforeAll(async () => {
  ground = await openGround();
  // The first run of all warms what the others use.
  await reference(ground, 'spend');
  undisturbed = await reference(ground, 'spend');
}, 240_000);
afterAll(() => ground?.stop());

/** The answer to the commit of a spend is lost on its way to the server, which charges again. */
function lostAnswer(): Cell {
  const moment = undisturbed.moments.find(
    ({ wire, name, phase }) =>
      wire === 'server→PostgreSQL' && name.includes('charges') && phase === 'answer',
  );
  if (!moment) throw new Error('a spend has no commit');
  return { flow: 'spend', victim: 'cut', moment };
}

const strike = (cells: readonly Cell[]) =>
  strikeWave(ground, cells, new Map([['spend', undisturbed]]));

test('a flow is seen at each of its calls, commits and messages', () => {
  const seen = new Set(undisturbed.moments.map(({ wire }) => wire));
  expect([...seen].sort()).toEqual([
    ...['bank→server', 'server→PostgreSQL', 'server→Temporal', 'worker→PostgreSQL'],
    ...['worker→Telegram', 'worker→Temporal', 'worker→bank'],
  ]);
  const codes = undisturbed.moments.map(codeOf);
  expect(new Set(codes).size).toBe(codes.length);
});

test('a spend whose commit is answered by silence is charged once, and so is one whose worker dies', async () => {
  const dying = undisturbed.moments.find(({ name }) => name === 'postPayment has done');
  const verdicts = [
    ...(await strike([lostAnswer()])),
    ...(await strike([{ flow: 'spend', victim: 'worker', moment: dying as Moment }])),
  ];
  expect(verdicts.map(({ isStruck, violations }) => ({ isStruck, violations }))).toEqual([
    { isStruck: true, violations: [] },
    { isStruck: true, violations: [] },
  ]);
});

test('without the key of a charge the same blow is a violation that names its flow and its victim', async () => {
  await forgetKeysOf(ground, 'charges');
  await forgetKeysOf(ground, 'transfers');
  const [verdict] = await strike([lostAnswer()]);
  expect(verdict?.isStruck).toBe(true);
  expect(verdict?.violations).not.toEqual([]);
  expect(verdict && reportOf(verdict)).toContain('spend × cut');
  expect(verdict && reportOf(verdict)).toContain(
    `npm run chaos -- --flow spend --victim cut --at '${codeOf(lostAnswer().moment)}'`,
  );
});

test('cells are the same for the same seed, and every n-th of each flow and victim', () => {
  const moments = new Map([['spend', undisturbed.moments] as const]);
  const choice = { flows: ['spend'], victims: ['worker', 'cut'], every: 5, seed: 3 } as const;
  const cells = cellsOf(moments, choice);
  expect(cellsOf(moments, choice)).toEqual(cells);
  const fitting = undisturbed.moments.filter(({ wire }) => victimsOf(wire).includes('worker'));
  const own = cells.filter(({ victim }) => victim === 'worker');
  expect(Math.abs(own.length - fitting.length / 5)).toBeLessThan(1);
  for (const wave of wavesOf(cells, 4)) {
    expect(wave.length).toBeLessThanOrEqual(4);
    expect(new Set(wave.map(({ victim }) => victim)).size).toBe(1);
  }
});
