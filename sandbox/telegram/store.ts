import type { Change, Journal } from './journal';
import type {
  BotAccount,
  CallbackPress,
  Charge,
  ChatRecord,
  Checkout,
  CommandList,
  Group,
  InvoiceLink,
  Person,
  QueuedUpdate,
  StarSubscription,
  StoredFile,
  StoredMessage,
} from './state';
import { chatKey } from './state';

/** Records of one kind by key, in order of insertion, and by an optional group. */
export class Table<T> {
  private readonly records = new Map<string, T>();
  private readonly groups = new Map<string, Map<string, T>>();

  constructor(
    readonly name: string,
    private readonly journal: Journal,
    private readonly groupOf: (value: T) => string = () => '',
  ) {}

  get(key: string | number): T | undefined {
    return this.records.get(String(key));
  }

  put(key: string | number, value: T): T {
    this.journal.append({ table: this.name, key: String(key), value });
    this.restore(String(key), value);
    return value;
  }

  delete(key: string | number): void {
    if (!this.records.has(String(key))) return;
    this.journal.append({ table: this.name, key: String(key) });
    this.forget(String(key));
  }

  values(): T[] {
    return [...this.records.values()];
  }

  inGroup(group: string | number): T[] {
    return [...(this.groups.get(String(group))?.values() ?? [])];
  }

  groupSize(group: string | number): number {
    return this.groups.get(String(group))?.size ?? 0;
  }

  changes(): Change[] {
    return [...this.records].map(([key, value]) => ({ table: this.name, key, value }));
  }

  restore(key: string, value: T): void {
    this.records.set(key, value);
    const group = this.groupOf(value);
    const members = this.groups.get(group) ?? new Map<string, T>();
    members.set(key, value);
    this.groups.set(group, members);
  }

  forget(key: string): void {
    const value = this.records.get(key);
    if (value === undefined) return;
    this.records.delete(key);
    this.groups.get(this.groupOf(value))?.delete(key);
  }
}

/** Everything the sandbox remembers. */
export class Store {
  readonly people: Table<Person>;
  readonly groups: Table<Group>;
  readonly bots: Table<BotAccount>;
  readonly commands: Table<CommandList>;
  readonly chats: Table<ChatRecord>;
  readonly messages: Table<StoredMessage>;
  readonly updates: Table<QueuedUpdate>;
  readonly presses: Table<CallbackPress>;
  readonly links: Table<InvoiceLink>;
  readonly checkouts: Table<Checkout>;
  readonly charges: Table<Charge>;
  readonly subscriptions: Table<StarSubscription>;
  readonly files: Table<StoredFile>;
  private readonly counters: Table<number>;

  constructor(private readonly journal: Journal) {
    this.people = new Table('people', journal);
    this.groups = new Table('groups', journal);
    this.bots = new Table('bots', journal);
    this.commands = new Table<CommandList>('commands', journal, botGroup);
    this.chats = new Table<ChatRecord>('chats', journal, botGroup);
    this.messages = new Table('messages', journal, (it) => chatKey(it.botId, it.chatId));
    this.updates = new Table<QueuedUpdate>('updates', journal, botGroup);
    this.presses = new Table<CallbackPress>('presses', journal, botGroup);
    this.links = new Table<InvoiceLink>('links', journal, botGroup);
    this.checkouts = new Table<Checkout>('checkouts', journal, botGroup);
    this.charges = new Table<Charge>('charges', journal, botGroup);
    this.subscriptions = new Table<StarSubscription>('subscriptions', journal, botGroup);
    this.files = new Table<StoredFile>('files', journal, botGroup);
    this.counters = new Table('counters', journal);
    this.load();
  }

  /** The next number of a named sequence, never given twice, not even after a crash. */
  next(sequence: string, first: number): number {
    const value = this.counters.get(sequence) ?? first;
    this.counters.put(sequence, value + 1);
    return value;
  }

  close(): void {
    this.journal.close();
  }

  private load(): void {
    const tables = this.tables();
    const byName = new Map(tables.map((table) => [table.name, table]));
    for (const change of this.journal.read()) applyChange(byName.get(change.table), change);
    this.journal.compact(tables.flatMap((table) => table.changes()));
  }

  private tables(): Table<unknown>[] {
    return Object.values(this).filter((field): field is Table<unknown> => field instanceof Table);
  }
}

function botGroup(record: { readonly botId: number }): string {
  return String(record.botId);
}

function applyChange(table: Table<unknown> | undefined, change: Change): void {
  if (table === undefined) return;
  if (change.value === undefined) table.forget(change.key);
  else table.restore(change.key, change.value);
}
