/** Code and length of a message of PostgreSQL. */
const HEAD = 5;
const LENGTH_BYTES = 4;
const READY_FOR_QUERY = 'Z'.charCodeAt(0);
const NOTHING = Buffer.alloc(0);

/** Counts the questions that PostgreSQL has answered on one connection; the first is the greeting. */
export class Answers {
  count = 0;
  private head: Buffer = NOTHING;
  private left = 0;

  /** Takes what has come, wherever the wire has cut it. */
  hear(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;)
      at = this.left > 0 ? this.skip(chunk, at) : this.read(chunk, at);
  }

  private skip(chunk: Buffer, at: number): number {
    const step = Math.min(this.left, chunk.length - at);
    this.left -= step;
    return at + step;
  }

  private read(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + HEAD - this.head.length);
    this.head = Buffer.concat([this.head, chunk.subarray(at, end)]);
    if (this.head.length < HEAD) return end;
    if (this.head[0] === READY_FOR_QUERY) this.count += 1;
    this.left = this.head.readInt32BE(1) - LENGTH_BYTES;
    this.head = NOTHING;
    return end;
  }
}
