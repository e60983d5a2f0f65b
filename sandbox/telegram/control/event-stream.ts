import type { Request, Response } from 'express';
import type { Telegram } from '../telegram';

const HEARTBEAT_MS = 15_000;

/** Server-Sent Events: one `data:` line of JSON per event, and a comment now and then so proxies keep the line open. */
export function streamEvents(telegram: Telegram, request: Request, response: Response): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write('retry: 1000\n\n');
  const stop = telegram.events.subscribe((event) => {
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  });
  const heartbeat = setInterval(() => response.write(': alive\n\n'), HEARTBEAT_MS);
  request.on('close', () => {
    clearInterval(heartbeat);
    stop();
  });
}
