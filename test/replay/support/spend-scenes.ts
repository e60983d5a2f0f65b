import { randomUUID } from 'node:crypto';
import {
  spendBatchId,
  spendId,
  type SpendAnswer,
  type SpendRequest,
} from '../../../workflows/billing/token-spend/contract';
import { USER_ID } from '../../workflows/support/cast';
import type { Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

const request = (userId: number): SpendRequest => ({
  key: `client:${randomUUID()}`,
  clientId: 'client',
  userId,
  amountUtok: 1_000_000,
  kind: 'spend',
  description: 'a job',
  asOf: '2030-01-01T00:00:00.000Z',
});

const charged = ({ key }: SpendRequest): SpendAnswer => ({
  kind: 'charged',
  key,
  isReplay: false,
  chargeId: randomUUID(),
  transferId: randomUUID(),
  chargedUtok: 1_000_000,
  uncollectedUtok: 0,
  balanceBeforeUtok: 2_000_000,
  balanceAfterUtok: 1_000_000,
  availableAfterUtok: 1_000_000,
  lots: [],
});

const refused = ({ key }: SpendRequest): SpendAnswer => ({
  kind: 'refused',
  key,
  code: 'insufficient_balance',
  requiredUtok: 1_000_000,
  availableUtok: 0,
});

async function carried(
  theatre: Theatre,
  spends: readonly SpendRequest[],
  { workflowId, answers }: { workflowId: string; answers: SpendAnswer[] },
) {
  theatre.play({ applySpends: () => Promise.resolve(answers) });
  const handle = await theatre.start('tokenSpend', { workflowId, input: { spends } });
  await handle.result();
  return handle;
}

/** Spends that came alone and together. */
export const SPEND_SCENES: Readonly<Record<string, Scene>> = {
  'spend-alone': (theatre) => {
    const one = request(USER_ID);
    return carried(theatre, [one], { workflowId: spendId(one), answers: [charged(one)] });
  },
  'spend-batch': (theatre) => {
    const spends = [request(USER_ID), request(USER_ID), request(43)];
    const answers = spends.map((one, index) => (index === 1 ? refused(one) : charged(one)));
    return carried(theatre, spends, { workflowId: spendBatchId(randomUUID(), 1), answers });
  },
};
