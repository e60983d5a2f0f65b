/** What a key may open (API-2); a key has only the scopes it was issued with. */
export const SCOPES = [
  'balance:read',
  'spend:write',
  'hold:write',
  'track:write',
  'history:read',
  'analytics:read',
  'analytics:all',
  'limits:write',
  'checkout:write',
  'refund:read',
  'refund:write',
  'payloads:read',
] as const;

export type Scope = (typeof SCOPES)[number];

/** The scopes of a list with commas or spaces between them; those nobody knows are told apart. */
export function readScopes(text: string): {
  readonly scopes: readonly Scope[];
  readonly unknown: readonly string[];
} {
  const asked = [...new Set(text.split(/[\s,]+/).filter((one) => one !== ''))];
  return {
    scopes: SCOPES.filter((scope) => asked.includes(scope)),
    unknown: asked.filter((one) => !(SCOPES as readonly string[]).includes(one)),
  };
}
