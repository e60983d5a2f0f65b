import { connect, createServer, type Socket } from 'node:net';
import type { Call, Fate, Phase, Subject, Wire } from '../subject';
import type { Watch } from '../watch';
import { linkOf, Wiring, type Link } from './link';
import { Answers } from './postgres-answers';

/** A wire to PostgreSQL that sees each commit: before it arrives, and before its answer does. */
export function postgresLink(
  wire: Wire,
  { watch, port }: { watch: Watch; port: number },
): Promise<Link> {
  const wiring = new Wiring();
  const server = createServer((client) => {
    if (!wiring.admit(client)) return;
    const upstream = connect(port, '127.0.0.1');
    wiring.admit(upstream);
    new Session(client, upstream, { wire, watch }).begin();
  });
  return linkOf(server, wiring);
}

const STARTUP_HEAD = 4;
const HEAD = 5;

/** One connection; everything the client says is read message by message, in order. */
class Session {
  private unread: Buffer = Buffer.alloc(0);
  private hasStarted = false;
  private readonly statements = new Map<string, string>();
  private transaction: Transaction | undefined;
  /** The commit under way, and the how-manieth question of this connection it is. */
  private ending: { readonly calls: readonly Call[]; readonly question: number } | undefined;
  private questions = 1;
  private readonly answers = new Answers();
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket,
    private readonly place: { readonly wire: Wire; readonly watch: Watch },
  ) {}

  begin(): void {
    const { client, upstream } = this;
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    client.on('data', (chunk: Buffer) => this.queue(() => this.hear(chunk)));
    upstream.on('data', (chunk: Buffer) => this.answer(chunk));
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
  }

  private queue(work: () => Promise<void>): void {
    this.turn = this.turn.then(work).catch(() => void this.client.destroy());
  }

  private async hear(chunk: Buffer): Promise<void> {
    this.unread = Buffer.concat([this.unread, chunk]);
    for (let message = this.next(); message; message = this.next()) {
      const calls = this.hasStarted ? this.read(message) : [];
      this.hasStarted = true;
      if (calls.length > 0) {
        if ((await this.pass(calls, 'request')) === 'lost') return void this.client.destroy();
        this.ending ??= { calls, question: this.questions + 1 };
      }
      if (isQuestion(message)) this.questions += 1;
      this.upstream.write(message);
    }
  }

  /** What several share waits for each of them, and is lost with any. */
  private async pass(calls: readonly Call[], phase: Phase): Promise<Fate> {
    const fates = await Promise.all(
      calls.map((call) => call.subject.pass(call, phase, this.client)),
    );
    return fates.includes('lost') ? 'lost' : 'arrives';
  }

  private next(): Buffer | undefined {
    const lengthAt = this.hasStarted ? 1 : 0;
    if (this.unread.length < (this.hasStarted ? HEAD : STARTUP_HEAD)) return undefined;
    const length = this.unread.readInt32BE(lengthAt) + lengthAt;
    if (this.unread.length < length) return undefined;
    const message = this.unread.subarray(0, length);
    this.unread = this.unread.subarray(length);
    return message;
  }

  /** The commit that a message asks for, once for everybody it is about. */
  private read(message: Buffer): readonly Call[] {
    const kind = String.fromCharCode(message[0] ?? 0);
    if (kind === 'P') {
      const [name, text] = [textAt(message, HEAD), textAt(message, HEAD, 1)];
      this.statements.set(name, text);
      this.transaction?.note(text, message);
      return [];
    }
    if (kind === 'B') return this.run(this.statements.get(textAt(message, HEAD, 1)) ?? '', message);
    return kind === 'Q' ? this.run(textAt(message, HEAD), message) : [];
  }

  private run(text: string, message: Buffer): readonly Call[] {
    if (/^\s*begin\b/i.test(text)) {
      this.transaction = new Transaction(this.place.watch);
      return [];
    }
    if (!/^\s*(?:commit|rollback(?!\s+to))\b/i.test(text)) return this.note(text, message);
    const { transaction } = this;
    this.transaction = undefined;
    if (!transaction || !/^\s*commit/i.test(text)) return [];
    return transaction.commit(this.place.wire);
  }

  /** A statement outside any transaction is one by itself. */
  private note(text: string, message: Buffer): readonly Call[] {
    if (this.transaction) {
      this.transaction.note(text, message);
      return [];
    }
    const alone = new Transaction(this.place.watch);
    alone.note(text, message);
    return alone.commit(this.place.wire);
  }

  private answer(chunk: Buffer): void {
    this.answers.hear(chunk);
    const { ending } = this;
    if (!ending || this.answers.count < ending.question) return void this.client.write(chunk);
    this.ending = undefined;
    this.upstream.pause();
    void this.pass(ending.calls, 'answer').then((fate) => {
      if (fate === 'lost') return void this.client.destroy();
      this.client.write(chunk);
      this.upstream.resume();
    });
  }
}

/** What PostgreSQL answers with an end of its own: the end of a statement, or of several together. */
function isQuestion(message: Buffer): boolean {
  const kind = String.fromCharCode(message[0] ?? 0);
  return kind === 'S' || kind === 'Q';
}

const WRITES = /(?:insert\s+into|(?<!\b(?:for|key)\s+)update|delete\s+from)\s+"?([a-z_]+)"?/gi;

/** What a transaction has written, and about whom: those whose turn comes together may share one. */
class Transaction {
  private readonly subjects = new Set<Subject>();
  private readonly tables = new Set<string>();

  constructor(private readonly watch: Watch) {}

  note(text: string, message: Buffer): void {
    for (const subject of this.watch.allNamedIn(message)) this.subjects.add(subject);
    for (const [, table] of text.matchAll(WRITES)) {
      if (table !== undefined && table !== 'set' && table !== 'of') this.tables.add(table);
    }
  }

  commit(wire: Wire): readonly Call[] {
    if (this.tables.size === 0) return [];
    const name = `commit of ${[...this.tables].sort().join(', ')}`;
    return [...this.subjects].map((subject) => subject.call(wire, name));
  }
}

/** The n-th text of a message, each of which ends with a zero. */
function textAt(message: Buffer, start: number, skip = 0): string {
  let from = start;
  for (let left = skip; left > 0; left -= 1) from = message.indexOf(0, from) + 1;
  const end = message.indexOf(0, from);
  return message.toString('utf8', from, end < 0 ? undefined : end);
}
