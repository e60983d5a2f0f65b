import { Composer } from 'grammy';
import { ROLES, type Role } from '../../domain/billing/operations';
import type { TextKey } from '../../texts';
import type { Route } from '../callback-data';
import type { AdminAction } from './actions';
import { toast, type BotContext, type CallbackHandler, type CallbackHandlers } from '../context';

export type { Role };

/** For what only looks; the database says who has which role. */
export const EVERY_ROLE: readonly Role[] = ROLES;

type Named<K> = K extends `admin.command.${infer Name}` ? Name : never;

/** Every administrative command has a sentence that says what it does. */
export type AdminCommandName = Named<TextKey>;

export interface AdminCommand {
  readonly command: AdminCommandName;
  /** Any of them is enough. */
  readonly roles: readonly Role[];
  /** It answers, but the menu does not name it. */
  readonly isHidden?: boolean;
  /** `argument` is what stands after the command, trimmed; empty when it came from a button of the menu. */
  readonly handler: (ctx: BotContext, argument: string) => Promise<void>;
}

/** What a feature of the administration brings: commands, and the handlers of its buttons, each behind its roles. */
export interface AdminFeature<R extends Route> {
  readonly commands: readonly AdminCommand[];
  readonly callbacks: CallbackHandlers<R>;
  /** What it does after a reason and a confirmation. */
  readonly actions?: readonly AdminAction[];
}

export function hasRole(ctx: BotContext, roles: readonly Role[]): boolean {
  return roles.some((role) => ctx.visit.arrival.roles.includes(role));
}

/** Commands that exist only for those who may use them: to anybody else they are like any unknown text (OPS-10). */
export function adminCommands(commands: readonly AdminCommand[]): Composer<BotContext> {
  const composer = new Composer<BotContext>();
  for (const { command, roles, handler } of commands) {
    composer
      .command(command)
      .filter((ctx) => hasRole(ctx, roles))
      .use((ctx) => handler(ctx, ctx.match.trim()));
  }
  return composer;
}

/**
 * Puts a role in front of every handler of a feature's buttons. Whoever lost the role, or never had it and forged the
 * button, gets what any unknown button gets.
 */
export function guarded<R extends Route>(
  roles: readonly Role[],
  handlers: CallbackHandlers<R>,
): CallbackHandlers<R> {
  const entries = Object.entries<CallbackHandler>(handlers).map(([route, handler]) => [
    route,
    guardedHandler(roles, handler),
  ]);
  return Object.fromEntries(entries) as CallbackHandlers<R>;
}

function guardedHandler(roles: readonly Role[], handler: CallbackHandler): CallbackHandler {
  return async (ctx, press) => {
    if (hasRole(ctx, roles)) await handler(ctx, press);
    else await refuseButton(ctx);
  };
}

/** The answer to a button that does not exist for this person. */
export async function refuseButton(ctx: BotContext): Promise<void> {
  await toast(ctx, { key: 'unknown.button', isAlert: true });
}
