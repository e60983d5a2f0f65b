import { randomUUID } from 'node:crypto';
import { createCommands } from '../../src/commands/billing';
import type { SpendRefundInput } from '../../src/commands/spend-refunds';
import { tokens } from '../../src/domain/tokens';
import {
  spendRefundId,
  type SpendRefundOutcome,
} from '../../workflows/billing/spend-refund/contract';
import { until } from '../support/until';
import { named } from './support/hold-jobs';
import { shown } from './support/seen';
import { openTheatre, type Theatre } from './support/theatre';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const order = (): SpendRefundInput => ({
  request: named('/charges/1/refunds', { bodyHash: 'aa' }),
  chargeId: randomUUID(),
  clientId: randomUUID(),
  clientName: 'runner',
  amountUtok: tokens(3),
  reason: 'the picture is black',
});

const refunded = (isReplay = false): SpendRefundOutcome => ({
  ...{ kind: 'refunded', isReplay, chargeId: 'c', transferId: 't', lots: [] },
  ...{ amountUtok: tokens(3), waivedUtok: 0, returnedUtok: tokens(3), lapsedUtok: 0 },
  ...{ leftUtok: 0, balanceAfterUtok: tokens(3), availableAfterUtok: tokens(3) },
});

const ask = (input: SpendRefundInput) =>
  createCommands(theatre.client, theatre.taskQueue).refundSpend(input);

const handleOf = ({ request }: SpendRefundInput) =>
  theatre.client.workflow.getHandle(spendRefundId(request));

const away = () => Promise.reject(new Error('ECONNREFUSED'));

test('gives tokens back once and answers with the request it answers', async () => {
  theatre.recast({ refundSpend: () => Promise.resolve(refunded()) });
  const input = order();
  expect(await ask(input)).toEqual({ ...refunded(), fingerprint: 'aa' });
  expect(theatre.calls('refundSpend')).toEqual([{ ...input, asOf: expect.any(String) }]);
  const { details } = await shown(theatre.client, handleOf(input));
  expect(details).toContain('3000000 µtok went back');
});

test('a repeat after its end hears what the books say of the first', async () => {
  theatre.recast({ refundSpend: () => Promise.resolve(refunded()) });
  const input = order();
  await ask(input);
  theatre.recast({ refundSpend: () => Promise.resolve(refunded(true)) });
  expect(await ask(input)).toMatchObject({ kind: 'refunded', isReplay: true });
  expect((await shown(theatre.client, handleOf(input))).details).toContain('It went back before');
});

test('of two requests under one name each hears to which of them its answer belongs', async () => {
  let open = (): void => undefined;
  const gate = new Promise<void>((pass) => {
    open = pass;
  });
  theatre.recast({ refundSpend: () => gate.then(() => refunded()) });
  const first = order();
  const other = { ...first, request: { ...first.request, bodyHash: 'bb' } };
  const answers = [ask(first)];
  await until('it runs', () => Promise.resolve(theatre.calls('refundSpend').length === 1));
  answers.push(ask(other));
  open();
  const fingerprints = (await Promise.all(answers)).map(({ fingerprint }) => fingerprint);
  expect(fingerprints[0]).toBe('aa');
  expect(theatre.calls('refundSpend').length).toBe(new Set(fingerprints).size);
});

test.each([
  [{ kind: 'refused', reason: 'not_found' }, 'Refused: not_found'],
  [{ kind: 'refused', reason: 'too_much', mostUtok: 1 }, 'Refused: too_much'],
] as const)('a refusal is an answer, and its name may try again: %j', async (refusal, words) => {
  theatre.recast({ refundSpend: () => Promise.resolve(refusal) });
  const input = order();
  expect(await ask(input)).toEqual({ ...refusal, fingerprint: 'aa' });
  expect((await shown(theatre.client, handleOf(input))).details).toContain(words);
  theatre.recast({ refundSpend: () => Promise.resolve(refunded()) });
  expect(await ask(input)).toMatchObject({ kind: 'refunded' });
});

test('while the database is away it is tried until it answers', async () => {
  let tries = 0;
  theatre.recast({
    refundSpend: () => {
      tries += 1;
      return tries < 3 ? away() : Promise.resolve(refunded());
    },
  });
  expect(await ask(order())).toMatchObject({ kind: 'refunded' });
  expect(tries).toBe(3);
});

test('cancelled in the Web UI while the database is away, it ends, and its name may try again', async () => {
  theatre.recast({ refundSpend: away });
  const input = order();
  const isLost = expect(ask(input)).rejects.toThrow();
  await until('it tries', () => Promise.resolve(theatre.calls('refundSpend').length > 0));
  await handleOf(input).cancel();
  await isLost;
  theatre.recast({ refundSpend: () => Promise.resolve(refunded()) });
  expect(await ask(input)).toMatchObject({ kind: 'refunded' });
});
