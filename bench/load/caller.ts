import { connect, type Socket } from 'node:net';

/** A connection that asks one thing at a time. */
export interface Caller {
  /** The status of the answer, once all of it has arrived. */
  ask(request: Buffer): Promise<number>;
  close(): void;
}

/** What a whole answer says. */
export interface Answer {
  readonly status: number;
  /** The server takes nothing more on this connection. */
  readonly isLast: boolean;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/**
 * HTTP/1.1 by hand over one kept connection, which is opened anew when the server says that it closes it, and when it has
 * closed it because nothing was asked for a while. The generator shares its machine with what it measures: a full client
 * costs more time per request than some of the systems do.
 */
export async function openCaller(url: string): Promise<Caller> {
  let isClosed = false;
  let connection: Connection | undefined = await openConnection(url);
  const askOnce = async (request: Buffer): Promise<Answer> => {
    connection ??= await openConnection(url);
    return connection.ask(request);
  };
  /** Every request has a key of its own, so one that was lost with an old connection may be sent again. */
  const askOn = async (request: Buffer): Promise<Answer> => {
    if (connection === undefined) return askOnce(request);
    try {
      return await askOnce(request);
    } catch (error) {
      if (isClosed) throw error;
      connection = undefined;
      return askOnce(request);
    }
  };
  return {
    ask: async (request) => {
      if (isClosed) throw new Error('the caller has hung up');
      const { status, isLast } = await askOn(request);
      if (isLast) {
        connection?.close();
        connection = undefined;
      }
      return status;
    },
    close: () => {
      isClosed = true;
      connection?.close();
    },
  };
}

interface Connection {
  ask(request: Buffer): Promise<Answer>;
  close(): void;
}

async function openConnection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  return connectionOver(socket);
}

function connectionOver(socket: Socket): Connection {
  let arrived: Buffer = Buffer.alloc(0);
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  const end = (error: Error): void => {
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on('data', (chunk: Buffer) => {
    arrived = arrived.length === 0 ? chunk : Buffer.concat([arrived, chunk]);
    const answer = answerIn(arrived);
    if (answer === undefined) return;
    arrived = Buffer.alloc(0);
    waiting?.resolve(answer);
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

/** The whole answer; undefined while some of it is missing. */
export function answerIn(arrived: Buffer): Answer | undefined {
  const headEnd = arrived.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = arrived.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const bodyStart = headEnd + HEAD_END.length;
  const isWhole =
    length === undefined
      ? arrived.subarray(bodyStart).subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)
      : arrived.length >= bodyStart + Number(length);
  if (!isWhole) return undefined;
  return { status: Number(head.slice(9, 12)), isLast: /\r\nconnection: *close/i.test(head) };
}
