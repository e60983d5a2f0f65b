import { createSocket } from 'node:dgram';

export interface NameServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** Answers for names as Docker's own name server does: with the address of every container of a service. */
export async function startNameServer(
  names: Readonly<Record<string, readonly string[]>>,
): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.on('message', (question, peer) => {
    socket.send(answerTo(question, names), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  return {
    address: `127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

const HEADER = 12;
const NOT_THERE = 3;

/** One question, which is all that nginx sends, and its addresses (RFC 1035, section 4). */
function answerTo(question: Buffer, names: Readonly<Record<string, readonly string[]>>): Buffer {
  const { name, end } = nameAt(question, HEADER);
  const addresses = names[name] ?? [];
  const header = Buffer.alloc(HEADER);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (addresses.length > 0 ? 0 : NOT_THERE), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([header, question.subarray(HEADER, end + 4), ...addresses.map(record)]);
}

function nameAt(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('ascii', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), end: at + 1 };
}

/** The name of the question by reference, type A, class IN, one second to live, four bytes. */
function record(address: string): Buffer {
  return Buffer.from([
    0xc0,
    HEADER,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    1,
    0,
    4,
    ...address.split('.').map(Number),
  ]);
}
