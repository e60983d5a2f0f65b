import { randomUUID } from 'node:crypto';
import { methodRemovalId } from '../../workflows/billing/method-removal/contract';
import { after, asWorkflow, NOON } from './support/books';
import { templatesOf } from './support/orders';
import { openRenewalDesk } from './support/renewal-desk';
import { cardSubscriber, subscriptionRow, triesOf, type Subscriber } from './support/renewals';

const desk = openRenewalDesk();

async function cardOf({ userId }: Subscriber) {
  const [row] = await desk.books.sql`
    select id, state, length(token_enc)::int as bytes from payment_methods where user_id = ${userId}`;
  return { methodId: String(row?.['id']), state: row?.['state'], bytes: Number(row?.['bytes']) };
}

const begin = (methodId: string, userId: number) =>
  asWorkflow(methodRemovalId(methodId), () =>
    desk.act.beginMethodRemoval({ methodId, userId, asOf: after(24) }),
  );

const topUpBy = (methodId: string, userId: number) => desk.books.sql`
  with given as (
    insert into consents (id, user_id, kind, text_version, text_hash, given_at)
    values (gen_random_uuid(), ${userId}, 'auto_topup', 'auto-topup-1', 'h', ${NOON}) returning id)
  insert into auto_topups (user_id, method_id, consent_id, threshold_utok, target_utok, currency, daily_cap_minor)
  select ${userId}, ${methodId}, id, 1, 2, 'RUB', 1 from given`;

describe('beginMethodRemoval', () => {
  test('stops what the card paid, withdraws the consents and tells its owner, once', async () => {
    const who = await cardSubscriber(desk.books, desk.act);
    const { methodId } = await cardOf(who);
    await topUpBy(methodId, who.userId);
    const begun = { kind: 'begun', subscriptionIds: [who.subscriptionId] };
    expect(await begin(methodId, who.userId)).toEqual(begun);
    expect(await begin(methodId, who.userId)).toEqual(begun);
    expect(await subscriptionRow(desk.books, who)).toMatchObject({ driver: 'none', renews: false });
    const [topup] = await desk.books.sql`
      select is_active from auto_topups where user_id = ${who.userId}`;
    expect(topup).toEqual({ is_active: false });
    expect((await cardOf(who)).state).toBe('removing');
    const consents = await desk.books.sql`
      select kind, withdrawn_at is null as stands from consents
      where user_id = ${who.userId} and kind <> 'terms' order by kind`;
    expect(consents).toEqual([
      { kind: 'auto_topup', stands: false },
      { kind: 'autopay', stands: false },
    ]);
    const audited = await desk.books.sql`
      select action from audit_log
      where action in ('method.removed', 'auto_topup.stopped', 'subscription.driver_set')
        and as_of = ${after(24)} and ${who.userId}::text in (entity_id, actor_id) order by action`;
    expect(audited.map(({ action }) => String(action))).toEqual([
      ...['auto_topup.stopped', 'method.removed', 'subscription.driver_set'],
    ]);
    const [told] = await desk.books.sql`
      select params from outbox_messages
      where user_id = ${who.userId} and template = 'method.removed'`;
    expect(told?.['params']).toMatchObject({ label: 'Visa •• 4242', stopsTopup: 1 });
    const templates = await templatesOf(desk.books, who.userId);
    expect(templates.filter((name) => name === 'method.removed')).toHaveLength(1);
  });

  test('lets nothing be charged by it from then on', async () => {
    const who = await cardSubscriber(desk.books, desk.act);
    await begin((await cardOf(who)).methodId, who.userId);
    const steps = (await desk.steps.course(who))?.steps ?? [];
    expect(steps.map(({ kind }) => kind)).not.toContain('renew');
    expect(await triesOf(desk.books, who)).toEqual([]);
  });

  test('refuses while a charge by it is under way, and changes nothing', async () => {
    const who = await desk.ordered();
    const { methodId } = await cardOf(who);
    for (const state of ['created', 'sent', 'unknown']) {
      await desk.books.sql`
        update attempts set state = ${state} where subscription_id = ${who.subscriptionId}`;
      expect(await begin(methodId, who.userId)).toEqual({ kind: 'refused', reason: 'charging' });
    }
    expect((await cardOf(who)).state).toBe('active');
    expect(await subscriptionRow(desk.books, who)).toMatchObject({ driver: 'saved_method' });
  });

  test('knows only cards of the very person, and leaves what Telegram renews alone', async () => {
    const who = await cardSubscriber(desk.books, desk.act);
    const { methodId } = await cardOf(who);
    const stranger = await desk.books.newUser();
    const gone = { kind: 'refused', reason: 'not_found' };
    expect(await begin(methodId, stranger)).toEqual(gone);
    expect(await begin(randomUUID(), who.userId)).toEqual(gone);
    await desk.books.sql`
      update payment_methods set subscription_id = ${who.subscriptionId} where id = ${methodId}`;
    expect(await begin(methodId, who.userId)).toEqual({ kind: 'refused', reason: 'stars' });
  });
});

describe('a provider that does not confirm', () => {
  test('is shown to the operators once, and the token is forgotten once', async () => {
    const who = await cardSubscriber(desk.books, desk.act);
    const { methodId } = await cardOf(who);
    await begin(methodId, who.userId);
    const told = { methodId, userId: who.userId, reason: 'not_found', asOf: after(24) };
    const twice = async (step: () => Promise<void>) => {
      for (let time = 0; time < 2; time += 1) await asWorkflow(methodRemovalId(methodId), step);
    };
    await twice(() => desk.act.showUnrevoked(told));
    expect((await cardOf(who)).bytes).toBeGreaterThan(0);
    await twice(() => desk.act.abandonMethod(told));
    expect(await cardOf(who)).toEqual({ methodId, state: 'revoked', bytes: 0 });
    const items = await desk.books.sql`
      select kind from open_items where key = ${`methodRemoval:${methodId}:unrevoked`}`;
    expect(items).toEqual([{ kind: 'unknown_outcome' }]);
    const audited = await desk.books.sql`
      select reason from audit_log
      where action = 'method.revoked' and entity_id = ${String(who.userId)}`;
    expect(audited).toEqual([{ reason: 'not_found' }]);
  });
});
