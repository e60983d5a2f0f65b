import { Api } from 'grammy';
import { createMessenger } from '../../src/bot/messenger';
import type { ShownCard } from '../../src/domain/messages';
import { startStage, TOKEN, type Stage } from './support/stage';
import { buttonsOf, newVisitor, type Visitor } from './support/visitor';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterEach(() => stage.telegram.faults.clear());
afterAll(() => stage.stop());

interface Ordered {
  readonly visitor: Visitor;
  readonly card: ShownCard;
}

async function ordered(): Promise<Ordered> {
  const visitor = newVisitor(stage);
  await visitor.write('/topup');
  await visitor.press('₽200');
  const { message } = await visitor.press('Continue to pay');
  const [row] = await stage.sql`select id from invoices where user_id = ${visitor.id}`;
  const place = { locale: 'en', timeZone: 'Europe/Moscow' } as const;
  const card = {
    ...{ chatId: visitor.id, messageId: message.message.message_id },
    ...{ invoiceId: String(row?.['id']), ...place },
  };
  return { visitor, card };
}

async function keptOf({ id }: Visitor) {
  const rows = await stage.sql`
    select message_id::int as "messageId", invoice_id as "invoiceId" from shown_cards
    where chat_id = ${id} order by message_id`;
  return [...rows];
}

describe('the bot keeps which message shows an order', () => {
  it('from the moment it is shown until the message shows something else', async () => {
    const { visitor, card } = await ordered();
    const kept = { messageId: card.messageId, invoiceId: card.invoiceId };
    expect(await keptOf(visitor)).toEqual([kept]);
    await visitor.press('Check payment');
    expect(await keptOf(visitor)).toEqual([kept]);
    await visitor.press('Menu');
    expect(await keptOf(visitor)).toEqual([]);
  });

  it('also when Telegram has changed the message and its answer was lost', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/topup');
    await visitor.press('₽200');
    stage.telegram.faults.add({ kind: 'drop-response', method: 'editMessageText', times: 3 });
    await visitor.press('Continue to pay');
    const [row] = await stage.sql`select id from invoices where user_id = ${visitor.id}`;
    expect(visitor.shown().message.text).toContain('Balance top-up');
    const messageId = visitor.shown().message.message_id;
    expect(await keptOf(visitor)).toEqual([{ messageId, invoiceId: row?.['id'] }]);
  });

  it('not when Telegram has refused to change the message', async () => {
    const visitor = newVisitor(stage);
    await visitor.write('/topup');
    await visitor.press('₽200');
    stage.telegram.faults.add({ kind: '400', method: 'editMessageText' });
    await visitor.press('Continue to pay');
    expect(await keptOf(visitor)).toEqual([]);
  });

  it('in every message it was opened in', async () => {
    const { visitor, card } = await ordered();
    await visitor.write('/invoices');
    const second = await visitor.press('Invoice #');
    const ids = [card.messageId, second.message.message.message_id];
    expect((await keptOf(visitor)).map(({ messageId }) => Number(messageId))).toEqual(ids);
  });
});

describe('a card that is changed', () => {
  const edit = (card: ShownCard) => {
    const api = new Api(TOKEN, { apiRoot: stage.telegram.apiRoot, timeoutSeconds: 1 });
    const paymentProviders = [{ name: 'mock', currencies: ['RUB'] }];
    return createMessenger(api, { reads: stage.reads, paymentProviders }).edit(card);
  };
  const settle = ({ card }: Ordered, state: string) =>
    stage.sql`
      update invoices set state = ${state}, paid_at = case when ${state} = 'paid' then now() end
      where id = ${card.invoiceId}`;
  const labels = ({ visitor }: Ordered) => buttonsOf(visitor.shown()).map(({ text }) => text);

  it('shows a paid order without a way to pay it', async () => {
    const order = await ordered();
    await settle(order, 'paid');
    expect(await edit(order.card)).toEqual({ kind: 'edited' });
    expect(order.visitor.texts()).toHaveLength(1);
    expect(order.visitor.shown().message.text).toContain('Paid');
    expect(labels(order).join()).not.toMatch(/Pay|Cancel|Check/);
  });

  it.each(['expired', 'cancelled'])('offers to buy again when it is %s', async (state) => {
    const order = await ordered();
    await settle(order, state);
    expect(await edit(order.card)).toEqual({ kind: 'edited' });
    expect(labels(order).join()).toContain('Top up');
    expect(labels(order).join()).not.toContain('Pay');
  });

  it('is a success when it shows the order already', async () => {
    const order = await ordered();
    await settle(order, 'paid');
    await edit(order.card);
    expect(await edit(order.card)).toEqual({ kind: 'edited' });
  });

  it('is gone when its message is deleted, and nothing is sent in its place', async () => {
    const { visitor, card } = await ordered();
    const api = new Api(TOKEN, { apiRoot: stage.telegram.apiRoot });
    await api.deleteMessage(card.chatId, card.messageId);
    expect(await edit(card)).toMatchObject({ kind: 'gone' });
    expect(visitor.texts()).toEqual([]);
  });

  it('tells apart when to wait and when to give up', async () => {
    const { card } = await ordered();
    const refused = (fault: Parameters<Stage['telegram']['faults']['add']>[0]) => {
      stage.telegram.faults.add({ ...fault, method: 'editMessageText', times: 1 });
      return edit(card);
    };
    expect(await refused({ kind: '429', seconds: 7 })).toEqual({
      kind: 'rate_limited',
      retryAfterSeconds: 7,
    });
    expect(await refused({ kind: '403' })).toMatchObject({ kind: 'unreachable' });
    expect(await refused({ kind: '500' })).toMatchObject({ kind: 'unavailable' });
  });
});
