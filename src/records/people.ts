import { sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import {
  accounts,
  auditLog,
  dialogues,
  handledUpdates,
  roles,
  settings,
  tariffs,
  users,
} from '../../drizzle/schema';
import { assert, safeInteger } from '../domain/assert';
import type { Terms } from '../domain/terms';
import { cardQueries } from './cards';
import { hasAccepted } from './consents';
import { MAINTENANCE } from '../domain/billing/settings';
import type { Arrival, Departure, DialogueChange, TelegramPerson } from './contract';

export interface Coming {
  readonly updateId: number;
  readonly person: TelegramPerson;
  readonly asOf: Date;
}

/** What a person starts with who has not chosen yet. */
export interface Beginning {
  readonly displayTimeZone: string;
  /** What a person must have accepted; undefined asks nobody. */
  readonly terms: Terms | undefined;
}

/**
 * Telegram repeats an update for a day at most, and after a quiet week numbers updates from a random place: an id
 * remembered for ever would one day swallow somebody's tap.
 */
const REMEMBERED = sql`interval '2 days'`;
/** Stands for the update by which somebody arrived whom nothing has been shown yet; none has this number. */
const NOTHING_YET = 0;

/** Old ids forgotten with each update: more than come in, so the table never grows. */
const FORGOTTEN_AT_ONCE = 20;

type ArrivalRow = {
  readonly [column: string]: unknown;
  readonly locale: 'ru' | 'en';
  readonly time_zone: string;
  readonly is_blocked: boolean;
  readonly has_consent: boolean;
  readonly clock_offset_ms: string | number;
  readonly is_new: boolean;
  readonly is_repeat: boolean;
  readonly dialogue: unknown;
  readonly dialogue_is_over: boolean | null;
  readonly balance_utok: string | number;
  readonly roles: readonly string[];
  readonly has_catalogue: boolean;
  readonly promo_code: string | null;
  readonly is_maintenance: boolean;
};

/**
 * Registers or refreshes a person and reads what every handler needs, in one statement of its own: the
 * registration stands even if the handler fails (BOT-3), and no lock outlives it.
 */
export async function arrive(db: Database, beginning: Beginning, coming: Coming): Promise<Arrival> {
  const rows = await db.execute<ArrivalRow>(arrivalQuery(beginning, coming));
  const row = rows[0];
  assert(row, 'an upsert returns the row it wrote');
  return {
    isRepeat: row.is_repeat,
    isNew: row.is_new,
    locale: row.locale,
    timeZone: row.time_zone,
    isBlocked: row.is_blocked,
    hasConsent: row.has_consent,
    clockOffsetMs: safeInteger(BigInt(row.clock_offset_ms)),
    dialogue: row.dialogue_is_over === false ? row.dialogue : undefined,
    isDialogueOver: row.dialogue_is_over === true,
    balanceUtok: safeInteger(BigInt(row.balance_utok)),
    roles: row.roles,
    hasCatalogue: row.has_catalogue,
    promoCode: row.promo_code ?? undefined,
    isMaintenance: row.is_maintenance,
  };
}

// Data-modifying parts of one statement do not see each other, so what follows the upsert reads its RETURNING.
// `xmax = 0` is true only of a row version that this very statement inserted. Who comes back after an erasure is new
// too: what lies before this instant is not theirs to see any more (AU-4). An update that nobody has handled to its end
// comes again, and its sender is still new then: what a newcomer alone is offered must not be lost with a process.
function arrivalQuery(beginning: Beginning, { updateId, person, asOf }: Coming) {
  const at = sql`${asOf.toISOString()}::timestamptz`;
  return sql`
    with person as (
      insert into ${users} (id, username, first_name, last_name, locale, time_zone, arrived_by)
      values (${person.id}, ${person.username ?? null}, ${person.firstName ?? null},
              ${person.lastName ?? null}, ${firstLocale(person)}, ${beginning.displayTimeZone},
              ${updateId})
      on conflict (id) do update set
        username = excluded.username, first_name = excluded.first_name,
        last_name = excluded.last_name, unreachable_since = null, updated_at = now(),
        visible_from = case when ${users.pseudonymisedAt} is null then ${users.visibleFrom}
          else ${at} + ${users.clockOffsetMs} * interval '1 millisecond' end,
        arrived_by = case
          when ${users.pseudonymisedAt} is null and ${users.arrivedBy} is distinct from ${NOTHING_YET}
          then ${users.arrivedBy} else excluded.arrived_by end,
        pseudonymised_at = null
      returning id, locale, time_zone, is_blocked, clock_offset_ms, promo_code,
        xmax = 0 or coalesce(
          visible_from = ${at} + clock_offset_ms * interval '1 millisecond', false) as is_registered_now,
        coalesce(arrived_by = ${updateId}, false) as is_new
    ), registration as (
      insert into ${auditLog} (actor_kind, actor_id, action, entity, entity_id, request_id, as_of)
      select 'user', person.id::text, 'user.created', 'user', person.id::text,
        ${`telegram:${updateId}`}, ${at}
      from person where person.is_registered_now
    )
    select person.*,
      exists (select 1 from ${handledUpdates}
              where update_id = ${updateId} and recorded_at > now() - ${REMEMBERED}) as is_repeat,
      ${hasAccepted(beginning.terms, sql`person.id`)} as has_consent,
      dialogue.state as dialogue,
      dialogue.expires_at
        <= ${at} + person.clock_offset_ms * interval '1 millisecond' as dialogue_is_over,
      coalesce((select balance from ${accounts}
                where code = 'wallet:' || person.id || ':TOK'), 0) as balance_utok,
      coalesce((select json_agg(role order by role) from ${roles}
                where user_id = person.id), '[]') as roles,
      exists (select 1 from ${tariffs}
              where is_active and not is_hidden
                and kind in ('pack', 'subscription', 'mixed')) as has_catalogue,
      exists (select 1 from ${settings}
              where key = ${MAINTENANCE} and value = 'true'::jsonb) as is_maintenance
    from person left join ${dialogues} dialogue on dialogue.user_id = person.id`;
}

/** Russian for the languages of people who mostly read it, English for everybody else. */
function firstLocale(person: TelegramPerson): 'ru' | 'en' {
  const language = (person.languageCode ?? 'ru').toLowerCase().split('-')[0] ?? '';
  return ['ru', 'be', 'uk', 'kk', 'ky', 'tg', 'uz'].includes(language) ? 'ru' : 'en';
}

/** Marks an update handled, changes the dialogue and keeps which messages show orders, in one statement. */
export async function leave(db: Database, update: Departure): Promise<void> {
  const handled = sql`
    insert into ${handledUpdates} (update_id) values (${update.updateId})
    on conflict (update_id) do update set recorded_at = now()`;
  const forgotten = sql`
    delete from ${handledUpdates} where update_id in (
      select update_id from ${handledUpdates} where recorded_at < now() - ${REMEMBERED}
        and update_id <> ${update.updateId}
      order by recorded_at limit ${FORGOTTEN_AT_ONCE})`;
  const fresh = update.staysNew ? sql`, fresh as (${stayNew(update)})` : sql``;
  const change = dialogueQuery(update.userId, update.dialogue) ?? sql`select 1`;
  const cards = cardQueries(update.cards ?? []).map(
    (query, index) => sql`, ${sql.identifier(`card_${index}`)} as (${query})`,
  );
  await db.execute(
    sql`with handled as (${handled}), forgotten as (${forgotten})${fresh}${sql.join(cards)} ${change}`,
  );
}

function stayNew({ userId, updateId }: Departure) {
  return sql`
    update ${users} set arrived_by = ${NOTHING_YET} where id = ${userId} and arrived_by = ${updateId}`;
}

function dialogueQuery(userId: number, change: DialogueChange) {
  switch (change.kind) {
    case 'keep':
      return undefined;
    case 'clear':
      return sql`delete from ${dialogues} where user_id = ${userId}`;
    case 'set':
      return sql`
        insert into ${dialogues} (user_id, state, expires_at)
        values (${userId}, ${JSON.stringify(change.state)}::jsonb,
                ${change.expiresAt.toISOString()}::timestamptz)
        on conflict (user_id) do update set
          state = excluded.state, expires_at = excluded.expires_at, updated_at = now()`;
  }
}
