import { createHash, createHmac } from 'node:crypto';
import type { ActivityDeps } from '../../deps';

/**
 * The secret in the link of a copy. It is computed from the id whenever it is needed, so that neither the database nor
 * the history of a workflow ever holds it.
 */
export function exportToken({ secrets }: Pick<ActivityDeps, 'secrets'>, exportId: string): string {
  return createHmac('sha256', secrets.dataKey)
    .update(`export link ${exportId}`)
    .digest('base64url');
}

/** What is stored of the secret, and by which the copy is found. */
export function exportTokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Where the person gets the copy. */
export function exportUrl(
  deps: Pick<ActivityDeps, 'secrets' | 'publicBaseUrl'>,
  exportId: string,
): string {
  return `${deps.publicBaseUrl}/export/${exportToken(deps, exportId)}`;
}
