import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { buttonsOf } from '../support/visitor';

// What /stuck says on the days on which it is needed most: when something cannot be read.

let stage: Stage;
let broken: Set<string>;

const STUCK = {
  ...{ workflowId: 'pay:mock:mp_1', type: 'paymentConfirmation', state: 'unknown' },
  ...{ reason: 'unknown_outcome', userId: '42', startedAt: '2030-01-01T00:00:00.000Z' },
};
const FAILING = {
  ...{ workflowId: 'pay:mock:mp_2', activity: 'postPayment', tries: 12 },
  reason: `<deadlock> ${'x'.repeat(200)}`,
};

beforeAll(async () => {
  const read = <T>(name: string, answer: () => Promise<T>): Promise<T> =>
    broken.has(name) ? Promise.reject(new Error(`no ${name}: postgres://app@db`)) : answer();
  stage = await startStage({
    change: ({ commands, reads, settings }) => ({
      commands: {
        ...commands,
        stuckWorkflows: () => read('workflows', () => Promise.resolve([STUCK])),
        failingActivities: (ids) =>
          read('activities', () => Promise.resolve(ids.length === 1 ? [FAILING] : [])),
      },
      reads: {
        ...reads,
        workflowsToldOf: () => read('outbox', () => Promise.resolve([FAILING.workflowId])),
        unpaidSteps: () =>
          read('subscriptions', () => Promise.resolve([{ tries: 2, access: 'full', count: 3 }])),
      },
      settings: {
        ...settings,
        webUi: { baseUrl: 'https://temporal.example', namespace: 'default' },
      },
    }),
  });
});
beforeEach(() => {
  broken = new Set();
  stage.logged.length = 0;
});
afterAll(() => stage.stop());

async function stuck(language = 'en') {
  const operator = await newOperator(stage, ['support'], { language });
  await operator.write('/stuck');
  const { text = '' } = operator.shown().message;
  return { operator, text };
}

test('it names the activities that fail again and again, with tries, words and a link', async () => {
  const { operator, text } = await stuck();
  expect(text).toContain('pay:mock:mp_1');
  expect(text).toContain('Activities that fail again and again');
  expect(text).toMatch(/pay:mock:mp_2[^]*postPayment[^]*12/);
  expect(text).toContain('<deadlock>');
  expect(text).not.toContain('x'.repeat(120));
  expect(text).toContain('Unpaid subscriptions');
  expect(JSON.stringify(operator.shown().message)).toContain('workflows/pay%3Amock%3Amp_2');
  expect(stage.logged).toEqual([]);
});

test.each([
  ['workflows', 'The workflow server does not answer', 'None.'],
  ['activities', 'Whether activities fail', 'Activities that fail again and again'],
  ['outbox', 'Whether activities fail', 'Activities that fail again and again'],
  ['subscriptions', 'unpaid subscriptions cannot be read', 'Unpaid subscriptions'],
])('when %s cannot be read, it says so and shows the rest', async (name, said, unsaid) => {
  broken.add(name);
  const { operator, text } = await stuck();
  expect(text).toContain(said);
  expect(text).not.toContain(unsaid);
  expect(text).not.toContain('postgres://');
  const rest = { workflows: 'mp_1', activities: 'mp_2', outbox: 'mp_2', subscriptions: '3' };
  for (const [part, sign] of Object.entries(rest))
    if (part !== name && rest[name as keyof typeof rest] !== sign) expect(text).toContain(sign);
  const buttons = buttonsOf(operator.shown()).map((button) => button.text);
  expect(buttons).toEqual(expect.arrayContaining(['Unknown outcome']));
  expect(stage.logged).toHaveLength(1);
});

test('when nothing can be read, it says so of each part, in the language of the operator', async () => {
  broken = new Set(['workflows', 'activities', 'subscriptions']);
  const { operator, text } = await stuck('ru');
  expect(text).toContain('Сервер процессов не отвечает');
  expect(text).toContain('сейчас не узнать');
  expect(text).toContain('Неоплаченные подписки сейчас не прочитать');
  broken = new Set();
  await operator.press('Обновить');
  expect(operator.shown().message.text).toContain('pay:mock:mp_1');
});
