import type { Request } from 'express';

/** The reader's language: what the address says, else what the browser prefers. */
export function localeOf(request: Request): 'ru' | 'en' {
  const asked = request.query['lang'] ?? request.query['Culture'];
  if (asked === 'ru' || asked === 'en') return asked;
  return request.acceptsLanguages('en', 'ru') === 'ru' ? 'ru' : 'en';
}
