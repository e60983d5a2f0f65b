import { createLog } from '../src/log';
import { keepStanding } from '../src/main/standing';

const log = createLog({ level: 'silent', name: 'test' });

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('standing workflows are begun one after the other, and looked after every minute until it is over', async () => {
  const began: string[] = [];
  const begin = (name: string) => async () => void began.push(name);
  const standing = await keepStanding([begin('notifier'), begin('keeper')], log);
  expect(began).toEqual(['notifier', 'keeper']);
  await jest.advanceTimersByTimeAsync(59_000);
  expect(began).toHaveLength(2);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(began).toHaveLength(4);
  await standing.stop();
  await jest.advanceTimersByTimeAsync(120_000);
  expect(began).toHaveLength(4);
});

test('one that cannot be begun ends a start, and later keeps no other from being begun', async () => {
  let isDown = true;
  let others = 0;
  const broken = async () => {
    if (isDown) throw new Error('Temporal is away');
  };
  const other = async () => void (others += 1);
  await expect(keepStanding([broken, other], log)).rejects.toThrow('Temporal is away');
  isDown = false;
  const standing = await keepStanding([broken, other], log);
  isDown = true;
  await jest.advanceTimersByTimeAsync(120_000);
  expect(others).toBe(3);
  await standing.stop();
});

test('a look that hangs is not begun twice, and the end waits for it', async () => {
  let asked = 0;
  let answer = () => {};
  const slow = () => {
    asked += 1;
    return asked === 1 ? Promise.resolve() : new Promise<void>((resolve) => (answer = resolve));
  };
  const standing = await keepStanding([slow], log);
  await jest.advanceTimersByTimeAsync(180_000);
  expect(asked).toBe(2);
  let isOver = false;
  const over = standing.stop().then(() => void (isOver = true));
  await jest.advanceTimersByTimeAsync(1);
  expect(isOver).toBe(false);
  answer();
  await over;
  expect(isOver).toBe(true);
});
