import type { RequestHandler } from 'express';

/** Nothing is loaded from elsewhere, and only a script with this page's nonce runs. */
export function contentPolicy(nonce?: string): string {
  const scripts = nonce === undefined ? "'none'" : `'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'img-src data:',
    `script-src ${scripts}`,
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

export const secureHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'content-security-policy': contentPolicy(),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  next();
};

/** A page of another site must not move money in somebody's sandbox. */
export const sameSiteOnly: RequestHandler = (request, response, next) => {
  const isForeign = request.method !== 'GET' && request.get('sec-fetch-site') === 'cross-site';
  if (isForeign) response.status(403).json({ error: 'cross_site' });
  else next();
};
