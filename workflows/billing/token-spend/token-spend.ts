import { setCurrentDetails } from '@temporalio/workflow';
import { assert } from '../../../src/domain/assert';
import { FULL_BATCH, type SpendAnswer, type TokenSpendInput } from './contract';
import { answerCard, tokenWords } from '../../visibility';
import { applySpends } from './stubs';

/**
 * Spends that left together: one local activity, one PostgreSQL transaction, one answer for each. A refusal is an
 * answer and not a failure, so its key may try again (WF-1).
 */
export async function tokenSpend(input: TokenSpendInput): Promise<readonly SpendAnswer[]> {
  assert(input.spends.length <= FULL_BATCH, 'a batch of spends is bounded');
  let said = 'the one transaction of the batch';
  answerCard(() => ({ ...subjectOf(input), state: 'spending', waitingFor: said }));
  const answers = await applySpends({ spends: input.spends });
  said = `nothing: ${inWords(input, answers)}`;
  setCurrentDetails(inWords(input, answers));
  return answers;
}

function subjectOf({ spends }: TokenSpendInput) {
  const people = [...new Set(spends.map(({ userId }) => userId))];
  const utok = spends.reduce((sum, { amountUtok }) => sum + amountUtok, 0);
  return {
    who: people.length === 1 ? `user ${people[0]}` : `${people.length} users`,
    what: counted(spends.length, 'spend'),
    howMuch: tokenWords(utok),
  };
}

function inWords({ spends }: TokenSpendInput, answers: readonly SpendAnswer[]): string {
  const people = new Set(spends.map(({ userId }) => userId)).size;
  const refused = answers.filter(({ kind }) => kind !== 'charged').length;
  const repeated = answers.filter((one) => one.kind === 'charged' && one.isReplay).length;
  const said = [
    `${counted(spends.length, 'spend')} of ${counted(people, 'user')}`,
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(repeated > 0 ? [`${repeated} repeated`] : []),
  ];
  return said.join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
