import type postgres from 'postgres';

/** A server that was killed or a wire that was cut closes within moments; only a mistake of ours would take longer. */
const CLOSES_WITHIN_MS = 10_000;

/** What the driver and the system say of a connection that is not there any more. */
const LOSSES = new Set([
  ...['CONNECTION_CLOSED', 'CONNECTION_DESTROYED', 'CONNECTION_ENDED', 'ECONNABORTED'],
  ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE', 'ETIMEDOUT'],
]);

/**
 * A driver whose transactions say nothing more once they are over. The driver itself writes `rollback`, and whatever a
 * body still wants, to a connection that is gone: that ends the process by a TypeError, or reaches the connection that
 * takes its place, where the second half of a lost transaction is committed alone.
 */
export function endingTransactions(sql: postgres.Sql): postgres.Sql {
  return new Proxy(sql, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      return name === 'begin' ? beginning(member as Begin) : member;
    },
  });
}

type Body = (tx: postgres.TransactionSql) => unknown;
type Begin = (...given: (string | Body)[]) => Promise<unknown>;

function beginning(begin: Begin): Begin {
  return (...given) => {
    const fate = new Fate();
    const begun = begin(
      ...given.map((one) =>
        typeof one === 'function' ? (tx: postgres.TransactionSql) => fate.live(one, tx) : one,
      ),
    );
    // The driver refuses it as soon as its connection closes, whatever the body is doing then.
    begun.then(fate.end, fate.end);
    return begun;
  };
}

/** Whether a transaction is still under way. */
class Fate {
  private isOver = false;
  private readonly over: Promise<void>;
  private tellOver: () => void = () => undefined;

  constructor() {
    this.over = new Promise((resolve) => (this.tellOver = resolve));
  }

  readonly end = (): void => {
    this.isOver = true;
    this.tellOver();
  };

  /**
   * What the body comes to. Nothing, when the connection is lost: whoever began hears so from the driver, which would
   * otherwise go on to end a transaction that is not there.
   */
  async live(body: Body, tx: postgres.TransactionSql): Promise<unknown> {
    try {
      const result = await body(this.guarded(tx));
      if (!this.isOver) return result;
    } catch (error) {
      if (!this.isOver && !isLoss(error)) throw error;
      if (!(await this.closes())) throw error;
    }
    return new Promise(() => undefined);
  }

  /** The statements of a transaction, refused when it is over. */
  private guarded(tx: postgres.TransactionSql): postgres.TransactionSql {
    return new Proxy(tx, {
      apply: (target, self, given: unknown[]) => {
        this.requireLife();
        return Reflect.apply(target, self, given) as unknown;
      },
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (name !== 'unsafe' && name !== 'savepoint') return member;
        const call = member as (...given: unknown[]) => unknown;
        return (...given: unknown[]) => {
          this.requireLife();
          return call(
            ...given.map((one) =>
              typeof one === 'function'
                ? (inner: postgres.TransactionSql) => this.live(one as Body, inner)
                : one,
            ),
          );
        };
      },
    });
  }

  private requireLife(): void {
    if (!this.isOver) return;
    throw Object.assign(new Error('the transaction is over: its connection was lost'), {
      code: 'CONNECTION_CLOSED',
    });
  }

  private async closes(): Promise<boolean> {
    if (this.isOver) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSES_WITHIN_MS)));
    await Promise.race([this.over, late]);
    clearTimeout(timer);
    return this.isOver;
  }
}

/** True of an error after which the connection is gone, wherever the layers above have wrapped it. */
function isLoss(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, severity, cause } = error as {
    code?: unknown;
    severity?: unknown;
    cause?: unknown;
  };
  if (severity === 'FATAL' || severity === 'PANIC') return true;
  return (typeof code === 'string' && LOSSES.has(code)) || isLoss(cause);
}
