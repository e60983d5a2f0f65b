import type { Events } from './events';

export interface InspectorEntry {
  readonly id: number;
  readonly at: number;
  readonly kind: 'update' | 'call' | 'webhook';
  readonly botId: number;
  /** The update's kind, the method's name or the webhook's address. */
  readonly name: string;
  readonly isOk: boolean;
  readonly request: unknown;
  readonly response?: unknown;
  readonly durationMs?: number;
}

const KEPT_ENTRIES = 2000;

/** The last updates, API calls and webhook deliveries, for the inspector drawer and for tests. Not kept over a restart. */
export class Inspector {
  private entries: InspectorEntry[] = [];
  private lastId = 0;

  constructor(
    private readonly events: Events,
    private readonly now: () => number,
  ) {}

  record(entry: Omit<InspectorEntry, 'id' | 'at'>): void {
    this.lastId += 1;
    const full = { id: this.lastId, at: this.now(), ...entry };
    this.entries.push(full);
    if (this.entries.length > KEPT_ENTRIES * 2) this.entries = this.entries.slice(-KEPT_ENTRIES);
    this.events.publish({ type: 'inspector', entry: full });
  }

  newestFirst(limit: number, kind?: InspectorEntry['kind']): InspectorEntry[] {
    const wanted = this.entries.filter((entry) => kind === undefined || entry.kind === kind);
    return wanted.slice(-limit).reverse();
  }
}
