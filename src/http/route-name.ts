import type { Request } from 'express';

/** The pattern that a request matched, never its address: ids would make as many names as there are people. */
export function routeOf(request: Request): string {
  const matched = request.route as { path?: unknown } | undefined;
  return typeof matched?.path === 'string' ? `${request.baseUrl}${matched.path}` : 'none';
}
