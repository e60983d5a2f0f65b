import { gathering } from '../../activities/gathering';

/** Carries numbers when it is told to, and remembers what it carried. */
function carrier(most = 3) {
  const carried: number[][] = [];
  const ends: (() => void)[] = [];
  const gather = gathering<number, number>(async (numbers) => {
    carried.push([...numbers]);
    await new Promise<void>((end) => ends.push(end));
    if (numbers.includes(13)) throw new Error('no luck');
    return numbers.map((number) => number * 10);
  }, most);
  return { carried, ends, gather };
}

const aTurn = () => new Promise((resolve) => setImmediate(resolve));

test('what comes in one turn is carried together, and everybody hears their own answer', async () => {
  const { carried, ends, gather } = carrier();
  const answers = Promise.all([1, 2].map(gather));
  await aTurn();
  ends[0]?.();
  expect(await answers).toEqual([10, 20]);
  expect(carried).toEqual([[1, 2]]);
});

test('while some are under way the others wait, and leave together, as many as fit', async () => {
  const { carried, ends, gather } = carrier();
  const first = gather(1);
  await aTurn();
  const others = [2, 3, 4, 5].map(gather);
  await aTurn();
  expect(carried).toEqual([[1]]);
  ends[0]?.();
  await first;
  await aTurn();
  await aTurn();
  expect(carried).toEqual([[1], [2, 3, 4]]);
  ends[1]?.();
  await Promise.all(others.slice(0, 3));
  await aTurn();
  await aTurn();
  ends[2]?.();
  expect(await Promise.all(others)).toEqual([20, 30, 40, 50]);
});

test('a carrier that fails fails those it carried, and nobody after them', async () => {
  const { ends, gather } = carrier();
  const unlucky = Promise.allSettled([gather(13), gather(1)]);
  await aTurn();
  const later = gather(2);
  ends[0]?.();
  expect((await unlucky).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await aTurn();
  await aTurn();
  ends[1]?.();
  expect(await later).toBe(20);
});
