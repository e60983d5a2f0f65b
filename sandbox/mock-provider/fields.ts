import type { Request } from 'express';

/** The flat text fields of a query or a parsed body; anything nested or repeated is left out. */
export function textFields(source: unknown): Record<string, string> {
  if (typeof source !== 'object' || source === null) return {};
  return Object.fromEntries(
    Object.entries(source).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
    ),
  );
}

/** A text parameter of the route, or empty. */
export function routeText(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}
