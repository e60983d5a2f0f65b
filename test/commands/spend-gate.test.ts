import { createSpendGate, MOST_BATCH_BYTES, type SendBatch } from '../../src/commands/spend-gate';
import type { SpendAnswer, SpendRequest } from '../../workflows/billing/token-spend/contract';

const request = (key: string, change: Partial<SpendRequest> = {}): SpendRequest => ({
  key,
  clientId: 'c',
  userId: 1,
  amountUtok: 1,
  kind: 'spend',
  description: 'a job',
  asOf: '2030-01-01T00:00:00.000Z',
  ...change,
});
const named = (key: string, bodyHash: string, path = '/spend'): SpendRequest =>
  request(key, { name: { key, method: 'POST', path, bodyHash } });
const charge = (key: string): SpendAnswer => ({
  kind: 'charged',
  key,
  isReplay: false,
  chargeId: key,
  transferId: key,
  chargedUtok: 1,
  uncollectedUtok: 0,
  balanceBeforeUtok: 1,
  balanceAfterUtok: 0,
  availableAfterUtok: 0,
  lots: [],
});
const refusal = (key: string): SpendAnswer => ({ kind: 'refused', key, code: 'user_not_found' });

/** A server that answers each batch when the test says so. */
function desk() {
  const batches: { keys: string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const send: SendBatch = (spends) =>
    new Promise((resolve, reject) => {
      const keys = spends.map(({ key }) => key);
      batches.push({ keys, answer: () => resolve(keys.map(refusal)), fail: reject });
    });
  return { batches, send };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a spend that comes alone leaves at once', () => {
  const { batches, send } = desk();
  void createSpendGate(send).spend(request('a'));
  expect(batches.map(({ keys }) => keys)).toEqual([['a']]);
});

test('spends that arrive while one is under way leave together in the next', async () => {
  const { batches, send } = desk();
  const gate = createSpendGate(send);
  const answers = ['a', 'b', 'c'].map((key) => gate.spend(request(key)));
  expect([gate.inFlight, gate.waiting]).toEqual([1, 2]);
  batches[0]?.answer();
  expect(await answers[0]).toEqual(refusal('a'));
  await settled();
  expect(batches[1]?.keys).toEqual(['b', 'c']);
  batches[1]?.answer();
  expect(await Promise.all(answers)).toEqual(['a', 'b', 'c'].map(refusal));
});

test('a second batch leaves beside the first only when it is full, and a third never', () => {
  const { batches, send } = desk();
  const gate = createSpendGate(send, 3);
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) void gate.spend(request(key));
  expect(batches.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c', 'd']]);
  expect(gate.waiting).toBe(4);
});

test('equal keys that are under way share one answer, and may try again afterwards', async () => {
  const { batches, send } = desk();
  const gate = createSpendGate(send);
  const [first, second] = [gate.spend(request('a')), gate.spend(request('a'))];
  batches[0]?.answer();
  expect(await first).toEqual(await second);
  await settled();
  void gate.spend(request('a'));
  expect(batches).toHaveLength(2);
});

test('a batch that fails tells its own callers only', async () => {
  const { batches, send } = desk();
  const gate = createSpendGate(send);
  const first = gate.spend(request('a'));
  const second = gate.spend(request('b'));
  batches[0]?.fail(new Error('the server is away'));
  await expect(first).rejects.toThrow('the server is away');
  await settled();
  batches[1]?.answer();
  expect(await second).toEqual(refusal('b'));
  await gate.drained();
  expect([gate.inFlight, gate.waiting]).toEqual([0, 0]);
});

test('an answer that is missing fails its caller instead of leaving it waiting', async () => {
  const gate = createSpendGate(() => Promise.resolve([]));
  await expect(gate.spend(request('a'))).rejects.toThrow('spend a got no answer');
});

test('who joins a request that is under way hears its answer as a repeat', async () => {
  const gate = createSpendGate((spends) => Promise.resolve(spends.map(({ key }) => charge(key))));
  const answers = [1, 2, 3].map(() => gate.spend(named('a', 'same')));
  const [first, ...joined] = await Promise.all(answers);
  expect(first).toEqual(charge('a'));
  for (const answer of joined) expect(answer).toEqual({ ...charge('a'), isReplay: true });
});

test.each([
  ['body', named('a', 'other')],
  ['path', named('a', 'same', '/elsewhere')],
])('another %s under a key that is under way is a mismatch at once', async (_what, other) => {
  const { batches, send } = desk();
  const gate = createSpendGate(send);
  const first = gate.spend(named('a', 'same'));
  expect(await gate.spend(other)).toEqual({ kind: 'mismatch', key: 'a' });
  batches[0]?.answer();
  expect(await first).toEqual(refusal('a'));
  expect(batches).toHaveLength(1);
});

test('many that are asked together leave together', async () => {
  const { batches, send } = desk();
  const answers = createSpendGate(send).spendAll(['a', 'b', 'c'].map((key) => request(key)));
  expect(batches.map(({ keys }) => keys)).toEqual([['a', 'b', 'c']]);
  batches[0]?.answer();
  expect(await Promise.all(answers)).toEqual(['a', 'b', 'c'].map(refusal));
});

test('a batch is no larger than a payload holds', async () => {
  const { batches, send } = desk();
  const half = { metadata: { text: 'x'.repeat(MOST_BATCH_BYTES * 0.6) } };
  const gate = createSpendGate(send);
  void gate.spendAll(['a', 'b', 'c'].map((key) => request(key, half)));
  expect(batches.map(({ keys }) => keys)).toEqual([['a']]);
  batches[0]?.answer();
  await settled();
  expect(batches.map(({ keys }) => keys)).toEqual([['a'], ['b']]);
});

test('a charge is told when it is committed; a refusal waits for the end of its workflow', async () => {
  const { batches, send } = desk();
  const gate = createSpendGate(send);
  void gate.spend(request('first'));
  const [paid, poor] = gate.spendAll([request('a'), request('b')]);
  batches[0]?.answer();
  await settled();
  gate.settled([request('a'), request('b')], [charge('a'), refusal('b')]);
  expect(await paid).toEqual(charge('a'));
  const told = await Promise.race([poor, settled().then(() => 'nothing')]);
  expect(told).toBe('nothing');
  batches[1]?.answer();
  expect(await poor).toEqual(refusal('b'));
});

test('the next leaves beside a single spend that is committed, and a third waits for an end', async () => {
  const { batches, send } = desk();
  const gate = createSpendGate(send);
  void gate.spend(request('a'));
  void gate.spend(request('b'));
  expect(batches).toHaveLength(1);
  gate.settled([request('a')], [charge('a')]);
  expect(batches.map(({ keys }) => keys)).toEqual([['a'], ['b']]);
  gate.settled([request('b')], [charge('b')]);
  void gate.spend(request('c'));
  expect([gate.inFlight, gate.waiting]).toEqual([2, 1]);
  batches[0]?.answer();
  await settled();
  expect(batches[2]?.keys).toEqual(['c']);
});

test('the callers of a committed batch gather until its workflow has ended', async () => {
  const { batches, send } = desk();
  const gate = createSpendGate(send);
  const answers = gate.spendAll(['a', 'b'].map((key) => request(key)));
  gate.settled([request('a'), request('b')], [charge('a'), charge('b')]);
  await Promise.all(answers);
  for (const key of ['c', 'd']) void gate.spend(request(key));
  expect(batches).toHaveLength(1);
  batches[0]?.answer();
  await settled();
  expect(batches[1]?.keys).toEqual(['c', 'd']);
});

test('a key that was given to another request since hears nothing of the first', async () => {
  const { batches, send } = desk();
  const gate = createSpendGate(send);
  const first = gate.spend(named('a', 'one'));
  gate.settled([named('a', 'one')], [charge('a')]);
  expect(await first).toEqual(charge('a'));
  const second = gate.spend(named('a', 'two'));
  gate.settled([named('a', 'one')], [charge('a')]);
  expect(await Promise.race([second, settled().then(() => 'nothing')])).toBe('nothing');
  expect(batches).toHaveLength(2);
});

test('a gate is drained when its workflows have ended, and not when its callers were answered', async () => {
  const { batches, send } = desk();
  const gate = createSpendGate(send);
  const answer = gate.spend(request('a'));
  gate.settled([request('a')], [charge('a')]);
  await answer;
  const drained = gate.drained().then(() => 'drained');
  expect(await Promise.race([drained, settled().then(() => 'waits')])).toBe('waits');
  batches[0]?.answer();
  expect(await drained).toBe('drained');
});
