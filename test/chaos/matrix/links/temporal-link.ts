import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Wire } from '../subject';
import type { Watch } from '../watch';
import { linkOf, Wiring, type Link } from './link';
import { TemporalReader } from './temporal-reader';

interface Place {
  readonly watch: Watch;
  readonly port: number;
}

const WINDOW_BYTES = 4 << 20;
const SETTINGS = { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: 1_000 };

/** A wire to Temporal that sees each call: every event of a history is written by one, or by a timer. */
export function temporalLink(wire: Wire, { watch, port }: Place): Promise<Link> {
  const wiring = new Wiring();
  const reader = new TemporalReader(wire, watch);
  const server = createServer({ settings: SETTINGS });
  server.on('connection', (socket: Socket) => void wiring.admit(socket));
  server.on('session', (session) => serve(session, { port, reader }));
  server.on('error', () => undefined);
  return linkOf(server, wiring);
}

/** One connection there for each connection here, so that the end of one is the end of the other. */
function serve(
  session: ServerHttp2Session,
  { port, reader }: { port: number; reader: TemporalReader },
): void {
  const upstream = connect(`http://127.0.0.1:${port}`, { settings: SETTINGS });
  upstream.once('connect', () => {
    for (const one of [session, upstream]) if (!one.destroyed) one.setLocalWindowSize(WINDOW_BYTES);
  });
  session.on('error', () => session.destroy());
  upstream.on('error', () => session.destroy());
  upstream.once('close', () => session.destroy());
  session.once('close', () => upstream.destroy());
  session.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    relay(stream, headers, { upstream, reader }).catch(() =>
      stream.close(constants.NGHTTP2_CANCEL),
    );
  });
}

async function relay(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  { upstream, reader }: { upstream: ClientHttp2Session; reader: TemporalReader },
): Promise<void> {
  const body = await bytesOf(stream);
  const method = String(headers[':path']).split('/').at(-1) ?? '';
  const call = reader.call(method, body);
  if (call && (await call.subject.pass(call, 'request', stream)) === 'lost') return drop(stream);
  const answer = await ask(upstream, { headers, body, stream });
  const told = call ?? reader.handedOut(method, answer.body);
  if (call) reader.answered(method, answer.body);
  if (told && (await told.subject.pass(told, 'answer', stream)) === 'lost') return drop(stream);
  if (stream.destroyed || stream.closed) return;
  if (answer.body.length === 0 && answer.trailers === undefined) {
    return void stream.respond(answer.headers, { endStream: true });
  }
  stream.respond(answer.headers, { waitForTrailers: true });
  stream.once('wantTrailers', () => {
    if (!stream.destroyed && !stream.closed) stream.sendTrailers(answer.trailers ?? {});
  });
  stream.end(answer.body);
}

/** Whoever asked is not told why there is no answer, as on a dead wire. */
function drop(stream: ServerHttp2Stream): void {
  stream.session?.destroy();
}

interface Answer {
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders | undefined;
}

function ask(
  upstream: ClientHttp2Session,
  asked: { headers: IncomingHttpHeaders; body: Buffer; stream: ServerHttp2Stream },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = upstream.request(asked.headers);
    let headers: Answer['headers'] = {};
    let trailers: IncomingHttpHeaders | undefined;
    const chunks: Buffer[] = [];
    // A poll of somebody who is gone must not take a task with it.
    asked.stream.once('close', () => asking.close(constants.NGHTTP2_CANCEL));
    asking.once('response', (given) => (headers = given));
    asking.once('trailers', (given) => (trailers = given));
    asking.on('data', (chunk: Buffer) => chunks.push(chunk));
    asking.once('error', reject);
    asking.once('close', () => reject(new Error('closed without an answer')));
    asking.once('end', () => resolve({ headers, body: Buffer.concat(chunks), trailers }));
    asking.end(asked.body);
  });
}

function bytesOf(stream: ServerHttp2Stream): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    stream.once('close', () => reject(new Error('closed before it was asked')));
  });
}
