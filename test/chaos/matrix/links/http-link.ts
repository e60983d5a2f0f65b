import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Wire } from '../subject';
import type { Watch } from '../watch';
import { linkOf, Wiring, type Link } from './link';

interface Place {
  readonly watch: Watch;
  /** Where the other end listens, without a path. */
  readonly target: string;
}

/** A wire of HTTP: to the bank, to Telegram, or from the bank to our server. */
export function httpLink(wire: Wire, place: Place): Promise<Link> {
  const wiring = new Wiring();
  const agent = new Agent({ keepAlive: false });
  const server = createServer((asked, answer) => {
    relay(asked, answer, { wire, agent, ...place }).catch(() => void asked.socket.destroy());
  });
  server.on('connection', (socket) => void wiring.admit(socket));
  return linkOf(server, wiring);
}

/** What is there once more when its sender has not heard that it was taken. */
const SENDS = /\/sendMessage$/;

async function relay(
  asked: IncomingMessage,
  answer: ServerResponse,
  { wire, agent, watch, target }: Place & { wire: Wire; agent: Agent },
): Promise<void> {
  const body = await bodyOf(asked);
  const subject = watch.namedIn(Buffer.concat([Buffer.from(asked.url ?? ''), body]));
  const call = subject?.call(wire, nameOf(asked));
  if (call && (await call.subject.pass(call, 'request', answer)) === 'lost')
    return void asked.socket.destroy();
  if (call && SENDS.test(call.name)) {
    answer.once('close', () => void (answer.writableFinished || (call.subject.unheard += 1)));
  }
  const told = await forward(asked, body, { agent, target, answer });
  const said = await bodyOf(told);
  if (call && (await call.subject.pass(call, 'answer', answer)) === 'lost')
    return void asked.socket.destroy();
  answer.writeHead(told.statusCode ?? 502, told.headers);
  answer.end(said);
}

function forward(
  asked: IncomingMessage,
  body: Buffer,
  { agent, target, answer }: { agent: Agent; target: string; answer: ServerResponse },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, headers } = asked;
    const asking = request(`${target}${asked.url ?? '/'}`, {
      ...(method === undefined ? {} : { method }),
      headers: { ...headers, connection: 'close' },
      agent,
    });
    // Whoever asked is gone: what waits there for an answer must not take what is meant for another.
    answer.once('close', () => void asking.destroy());
    asking.once('response', resolve).once('error', reject);
    asking.end(body);
  });
}

/** The method and the path without what is different in each run. */
function nameOf({ method, url }: IncomingMessage): string {
  const path = new URL(url ?? '/', 'http://link').pathname;
  const parts = path.split('/').map((part) => (/\d/.test(part) ? '…' : part));
  return `${method} ${parts.join('/')}`;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
