import { condition } from '@temporalio/workflow';

/** Something asked of a running workflow; its main loop answers in the order of history (CO-14). */
export interface Pending<Question, Answer> {
  readonly question: Question;
  answer: Answer | undefined;
}

/** Queues a question for the main loop and waits for its answer. Handlers only record; they never act. */
export async function ask<Question, Answer>(
  queue: Pending<Question, unknown>[],
  question: Question,
): Promise<Answer> {
  const pending: Pending<Question, unknown> = { question, answer: undefined };
  queue.push(pending);
  await condition(() => pending.answer !== undefined);
  return pending.answer as Answer;
}
