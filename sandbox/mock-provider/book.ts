import { openJournal } from './journal';
import type { Journal } from './journal';
import type {
  Fault,
  MockMethod,
  MockNotification,
  MockOrder,
  MockPayment,
  MockRefund,
  Outage,
} from './model';

/** Records of one kind in the order of their birth. */
export interface Shelf<T> {
  get(id: string): T | undefined;
  all(): readonly T[];
  put(id: string, record: T): void;
  remove(id: string): void;
}

/** Everything the bank remembers. With a file it outlives the process. */
export interface Book {
  readonly orders: Shelf<MockOrder>;
  readonly payments: Shelf<MockPayment>;
  readonly refunds: Shelf<MockRefund>;
  readonly methods: Shelf<MockMethod>;
  /** Charges of saved methods by the shop's key. */
  readonly charges: Shelf<{ readonly methodId: string; readonly paymentId: string }>;
  readonly notifications: Shelf<MockNotification>;
  readonly faults: Shelf<Fault>;
  readonly outages: Shelf<Outage>;
  readonly clock: Shelf<{ readonly offsetMs: number }>;
  /** Grows with every change, so that a page knows when to look again. */
  revision(): number;
}

export function openBook(dataFile: string | undefined): Book {
  const shelves = new Map<string, Map<string, unknown>>();
  let journal: Journal | undefined;
  let revision = 0;
  const shelf = <T>(kind: string): Shelf<T> => {
    const records = new Map<string, T>();
    shelves.set(kind, records);
    return {
      get: (id) => records.get(id),
      all: () => [...records.values()],
      put: (id, record) => {
        journal?.append({ kind, id, record });
        records.set(id, record);
        revision += 1;
      },
      remove: (id) => {
        journal?.append({ kind, id, record: null });
        records.delete(id);
        revision += 1;
      },
    };
  };
  const book: Book = {
    orders: shelf('order'),
    payments: shelf('payment'),
    refunds: shelf('refund'),
    methods: shelf('method'),
    charges: shelf('charge'),
    notifications: shelf('notification'),
    faults: shelf('fault'),
    outages: shelf('outage'),
    clock: shelf('clock'),
    revision: () => revision,
  };
  if (dataFile !== undefined) {
    journal = openJournal(dataFile, ({ kind, id, record }) => shelves.get(kind)?.set(id, record));
  }
  return book;
}
