import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Notification } from '../notification';

/**
 * True when either header proves the notice: Content-HMAC over the body as sent, X-Content-HMAC over the body with its
 * escapes resolved. Constant in time.
 */
export function isSigned({ headers, rawBody }: Notification, apiSecret: string): boolean {
  if (apiSecret === '') return false;
  const sent = matches(headers['content-hmac'], rawBody, apiSecret);
  const decoded = decodedBody(rawBody);
  const resolved =
    decoded !== undefined && matches(headers['x-content-hmac'], Buffer.from(decoded), apiSecret);
  return sent || resolved;
}

/**
 * The text whose proof is the second header. Undefined where an escape hides a separator: two different bodies would
 * then have the same text, and a proof of one would prove the other.
 */
function decodedBody(rawBody: Buffer): string | undefined {
  const body = rawBody.toString('utf8');
  if (/%(26|3D|25|2B)/i.test(body)) return undefined;
  try {
    return decodeURIComponent(body.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function matches(
  header: string | string[] | undefined,
  signed: Buffer,
  apiSecret: string,
): boolean {
  if (typeof header !== 'string') return false;
  const given = Buffer.from(header, 'base64');
  const right = createHmac('sha256', apiSecret).update(signed).digest();
  return given.length === right.length && timingSafeEqual(given, right);
}
