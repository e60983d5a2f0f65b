import { connect, type Socket } from 'node:net';

/** A connection that sends what no decent client sends, and remembers what came back. */
export interface RawConnection {
  readonly socket: Socket;
  send(text: string): void;
  /** All that was received so far. */
  received(): string;
  /** Resolves with everything received when the other side, or an error, ended it. */
  readonly ended: Promise<string>;
  /** Milliseconds from its beginning to its end. */
  lastedMs(): number;
}

export async function openRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const beganAt = performance.now();
  let endedAt: number | undefined;
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
  // A connection that is reset is as good an end as one that is closed.
  socket.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    socket.once('close', () => {
      endedAt = performance.now();
      resolve(text);
    });
  });
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', () => resolve());
  });
  return {
    socket,
    send: (more) => void (socket.writable && socket.write(more)),
    received: () => text,
    ended,
    lastedMs: () => (endedAt ?? performance.now()) - beganAt,
  };
}

/** Sends one more piece again and again until the other side has enough. */
export async function drip(connection: RawConnection, piece: string): Promise<string> {
  const timer = setInterval(() => connection.send(piece), 50);
  try {
    return await connection.ended;
  } finally {
    clearInterval(timer);
    connection.socket.destroy();
  }
}
