import { connect, type Socket } from 'node:net';

/** A connection that asks one thing at a time. */
export interface Caller {
  /** The status of the answer, once all of it has arrived. */
  ask(request: Buffer): Promise<number>;
  close(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/**
 * HTTP/1.1 by hand over one kept connection. The generator shares its machine with what it measures: a full client
 * costs more time per request than some of the systems do.
 */
export async function openCaller(url: string): Promise<Caller> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  return caller(socket);
}

function caller(socket: Socket): Caller {
  let arrived: Buffer = Buffer.alloc(0);
  let waiting: { resolve(status: number): void; reject(error: Error): void } | undefined;
  const end = (error: Error): void => {
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on('data', (chunk: Buffer) => {
    arrived = arrived.length === 0 ? chunk : Buffer.concat([arrived, chunk]);
    const status = statusOf(arrived);
    if (status === undefined) return;
    arrived = Buffer.alloc(0);
    waiting?.resolve(status);
    waiting = undefined;
  });
  socket.on('error', end);
  socket.on('close', () => end(new Error('the server closed the connection')));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('the connection is closed'));
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

/** The status of a whole answer; undefined while some of it is missing. */
export function statusOf(arrived: Buffer): number | undefined {
  const headEnd = arrived.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = arrived.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const bodyStart = headEnd + HEAD_END.length;
  const isWhole =
    length === undefined
      ? arrived.subarray(bodyStart).subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)
      : arrived.length >= bodyStart + Number(length);
  return isWhole ? Number(head.slice(9, 12)) : undefined;
}
