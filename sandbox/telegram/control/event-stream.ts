import type { Request, Response } from 'express';
import type { Telegram } from '../telegram';

const HEARTBEAT_MS = 15_000;

/**
 * Server-Sent Events: one `data:` line of JSON per event, and a comment now and then so proxies keep the line open.
 * With `?types=message,edited` only these, for listeners that have no use for the inspector's copies.
 */
export function streamEvents(telegram: Telegram, request: Request, response: Response): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write('retry: 1000\n\n');
  const { types } = request.query;
  const wanted = typeof types === 'string' ? types.split(',') : undefined;
  const stop = telegram.events.subscribe((event) => {
    if (wanted?.includes(event.type) === false) return;
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  });
  const heartbeat = setInterval(() => response.write(': alive\n\n'), HEARTBEAT_MS);
  request.on('close', () => {
    clearInterval(heartbeat);
    stop();
  });
}
