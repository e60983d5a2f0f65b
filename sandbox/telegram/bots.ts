import { ApiFailure } from './failure';
import type { BotAccount } from './state';
import type { Telegram } from './telegram';

const TOKEN = /^(\d{1,16}):([\w-]{3,})$/;

export interface BotProfile {
  readonly firstName?: string | undefined;
  readonly username?: string | undefined;
}

/**
 * The bot a token belongs to. A well-formed token nobody has used before makes a new bot; a second secret for a known
 * bot is refused with 401, as a revoked token is.
 */
export function botByToken(telegram: Telegram, token: string): BotAccount {
  const id = Number(TOKEN.exec(token)?.[1]);
  if (!Number.isSafeInteger(id)) throw new ApiFailure(404, 'Not Found');
  const { tokens } = telegram.behaviour;
  if (tokens !== undefined && !tokens.includes(token)) throw unauthorized();
  const known = telegram.store.bots.get(id);
  if (known === undefined) return telegram.saveBot(newBot(id, token));
  if (known.token !== token) throw unauthorized();
  return known;
}

export function registerBot(
  telegram: Telegram,
  token: string,
  profile: BotProfile = {},
): BotAccount {
  const bot = botByToken(telegram, token);
  const { firstName, username } = profile;
  return telegram.saveBot({
    ...bot,
    ...(firstName === undefined ? {} : { firstName }),
    ...(username === undefined ? {} : { username }),
  });
}

function newBot(id: number, token: string): BotAccount {
  return { id, token, firstName: 'Billing Bot', username: `billing_${id}_bot` };
}

function unauthorized(): ApiFailure {
  return new ApiFailure(401, 'Unauthorized');
}
