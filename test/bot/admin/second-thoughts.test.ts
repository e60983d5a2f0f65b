import { randomUUID } from 'node:crypto';
import type { PaymentCard } from '../../../src/commands/repairs-contract';
import { newOpenItem } from '../support/items';
import { newOperator } from '../support/roles';
import { startStage, type Stage } from '../support/stage';
import { buttonsOf, newVisitor, type Visitor } from '../support/visitor';

let stage: Stage;
let target: Visitor;

beforeAll(async () => {
  stage = await startStage();
  target = newVisitor(stage);
  await target.write('/start');
});
afterAll(() => stage.stop());

const asked = () => stage.commands.asked.at(-1);

it('OPS-12 writing an item off is proposed, by whatever role, and never sent to the workflow', async () => {
  const { openItemId } = await newOpenItem(stage.sql, { userId: target.id });
  const support = await newOperator(stage, ['support']);
  await support.write('/open');
  await support.press('Paid too little');
  await support.press('Write the item off');
  expect(support.shown().message.text).toContain('Another administrator must agree');
  await support.write('nobody claims this money');
  stage.commands.next('operate', () =>
    Promise.resolve({ kind: 'proposed', proposalId: 'p', quorum: 1 } as const),
  );
  expect((await support.press('Do it')).toast).toContain('The proposal is sent');
  expect(asked()).toMatchObject({
    name: 'operate',
    with: {
      action: 'write_off_item',
      params: { openItemId, amountMinor: 15_000 },
      operator: { userId: support.id },
    },
  });
  const forged = await newOperator(stage, ['finance']);
  await forged.write('/open');
  await forged.press('Paid too little');
  const fix = buttonsOf(forged.shown()).map((each) =>
    'callback_data' in each ? each.callback_data : '',
  );
  expect(fix.some((data) => data.includes('adm:fix') && data.includes('write_off'))).toBe(false);
});

describe('OPS-3 the messages of a person', () => {
  const message = async (state: string, template: string) => {
    const id = randomUUID();
    await stage.sql`
      insert into outbox_messages (id, key, user_id, chat_id, template, locale, params, category, state)
      values (${id}, ${id}, ${target.id}, ${target.id}, ${template}, 'en', '{"no": 1}', 'money', ${state})`;
    return id;
  };

  it('are shown with their state, and one of them is sent again with a reason', async () => {
    const messageId = await message('unreachable', 'inv.expired');
    await message('queued', 'inv.cancelled');
    const support = await newOperator(stage, ['support']);
    await support.write(`/user ${target.id}`);
    await support.press('Messages');
    const { text } = support.shown().message;
    expect(text).toContain('inv.expired: unreachable');
    expect(text).toContain('inv.cancelled: waiting');
    expect(JSON.stringify(support.shown().message.reply_markup)).not.toContain('🔁 inv.cancelled');
    await support.press('inv.expired');
    expect(support.shown().message.text).toContain(`Send inv.expired to user ${target.id} again?`);
    await support.write('the customer had us blocked');
    expect((await support.press('Do it')).toast).toContain('Done');
    expect(asked()).toMatchObject({
      name: 'operate',
      with: {
        ...{ action: 'resend_message', params: { messageId } },
        reason: 'the customer had us blocked',
        operator: { userId: support.id },
      },
    });
  });

  it('are nothing for people without a role', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    for (const data of [`v1:adm:msgs::${target.id}`, 'v1:adm:again', 'v1:adm:off'])
      expect((await visitor.forge(data)).toast).toContain('no longer works');
  });
});

describe('OPS-3 declaring a payment paid', () => {
  const ASKING: PaymentCard = {
    ...{ provider: 'mock', providerPaymentId: 'mp_9', phase: 'asking', outcome: undefined },
    facts: [{ providerPaymentId: 'mp_9', state: 'pending' }],
    ...{ waitingFor: 'the provider <mock>', nextActionAt: '2030-01-01T12:00:00.000Z' },
    allowedRepairs: ['markPaid'],
  };
  const answering = () => stage.commands.next('paymentCard', () => Promise.resolve(ASKING));

  it.each(['mock mp_9', 'pay:mock:mp_9'])('takes evidence and a reason for %s', async (name) => {
    const finance = await newOperator(stage, ['finance']);
    answering();
    await finance.write(`/payment ${name}`);
    expect(finance.shown().message.text).toContain('the provider <mock>');
    expect((await finance.write('x')).message.text).toContain('5 to 500');
    answering();
    await finance.write('statement <17> of March 10');
    answering();
    await finance.write('the bank was down for a day');
    expect(finance.shown().message.text).toContain('Evidence: statement <17> of March 10');
    expect((await finance.press('Do it')).toast).toContain('Accepted');
    expect(asked()).toMatchObject({
      name: 'repairPayment',
      with: {
        payment: { provider: 'mock', providerPaymentId: 'mp_9' },
        ...{ repair: 'mark_paid', evidence: 'statement <17> of March 10' },
        ...{ reason: 'the bank was down for a day', operatorId: String(finance.id) },
      },
    });
  });

  it('is offered by the item about it, and makes no sense once it is settled', async () => {
    await stage.sql`delete from open_items`;
    await newOpenItem(stage.sql, { userId: target.id, kind: 'unknown_outcome' });
    const finance = await newOperator(stage, ['finance']);
    await finance.write('/open');
    answering();
    await finance.press('Outcome unknown');
    answering();
    await finance.press('Declare it paid');
    expect(finance.shown().message.text).toContain('write what proves it');
    const late = await finance.write('statement 17 of March 10');
    expect(late.message.text).toContain('things have changed');
  });

  it('says so where nothing runs, and is nothing for support', async () => {
    const finance = await newOperator(stage, ['finance']);
    expect((await finance.write('/payment mock mp_0')).message.text).toContain('nothing to do');
    expect((await finance.write('/payment')).message.text).toContain('/payment mock mp_1');
    const support = await newOperator(stage, ['support']);
    expect((await support.write('/payment mock mp_9')).message.text).toContain('not understand');
  });
});
