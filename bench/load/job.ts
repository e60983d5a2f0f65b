/** What a load generator is asked to send, for how long, and how hard. */
export interface LoadJob {
  readonly url: string;
  /** Sent with every request; `{n}` is replaced by the number of the user. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Where the fresh key of each request goes: a header, since every system here takes it there. */
  readonly keyHeader: string;
  /** Users are numbered from `firstUser`; each request takes one at random. */
  readonly firstUser: number;
  readonly users: number;
  /** Requests under way at once, each on a connection of its own. */
  readonly concurrency: number;
  /** Sent this often a second, however slow the answers are; as fast as they are answered when absent. */
  readonly perSecond?: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}
