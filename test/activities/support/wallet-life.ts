import { InsufficientBalanceError } from '../../../activities/billing/ledger';
import { inTransaction } from '../../../activities/transactions';
import * as model from '../../support/ledger/model';
import type { ModelWallet } from '../../support/ledger/model';
import { replayedFigures, standingFigures, type WalletFigures } from '../../support/ledger/replay';
import { asWorkflow, NOON, type Books } from './books';
import type { CutStep, Step } from './ledger-steps';
import { cutOff } from './sabotage';
import { prepare, type Command, type Scene } from './wallet-commands';

const HOUR = 3_600_000;

/** One wallet living through steps, in the product and in the model at once. */
export class WalletLife {
  private state: ModelWallet = model.EMPTY_WALLET;
  private nowMs = Date.parse(NOON);
  private made = 0;
  private readonly holdIds: Scene['holdIds'] = new Map();
  private readonly done: Command['run'][] = [];

  private constructor(
    private readonly books: Books,
    private readonly userId: number,
  ) {}

  /** Throws at the first step after which the books are not what the model says. */
  static async live(books: Books, steps: readonly CutStep[]): Promise<void> {
    const life = new WalletLife(books, await books.newUser());
    await asWorkflow('life', async () => {
      for (const step of steps) await life.take(step);
    });
    await life.replay();
  }

  private async take(step: CutStep): Promise<void> {
    if (step.kind === 'wait') {
      this.nowMs += step.hours * HOUR;
      return;
    }
    this.made += 1;
    const command = step.kind === 'repeat' ? this.repeat(step.pick) : prepare(this.scene(), step);
    if (!command) return;
    if (step.cut && (await cutOff(this.books, step.cut, command.run).catch(refusedOnly)) === true) {
      await this.compare('what was cut off left something behind');
    }
    await this.carryOut(step, command);
  }

  private async carryOut(step: Step, command: Command): Promise<void> {
    const outcome = await inTransaction(this.books.db, command.run).catch(refusedOnly);
    const isRefused = outcome === 'refused' || outcome?.kind === 'insufficient_balance';
    if (isRefused !== (command.isRefused ?? false)) {
      throw new Error(`${step.kind} was ${isRefused ? 'refused' : 'accepted'}`);
    }
    this.state = command.expected;
    if (!isRefused) this.done.push(command.run);
    await this.compare(`${step.kind} led elsewhere`);
  }

  private scene(): Scene {
    const { userId, state, nowMs, holdIds, made } = this;
    return { userId, state, nowMs, holdIds, key: `life:${userId}:${made}` };
  }

  /** Whatever succeeded once changes nothing the second time. */
  private repeat(pick: number): Command | undefined {
    const run = this.done[pick % Math.max(1, this.done.length)];
    return run && { run, expected: this.state };
  }

  private async compare(complaint: string): Promise<void> {
    const figures = await standingFigures(this.books.sql, this.userId);
    requireEqual(complaint, { figures, said: figuresOf(this.state) });
  }

  /** What can never be changed must tell the same story again, from its beginning. */
  private async replay(): Promise<void> {
    const figures = await replayedFigures(this.books.sql, this.userId);
    requireEqual('the replay ended elsewhere', { figures, said: figuresOf(this.state) });
  }
}

/** A refusal of the ledger is an outcome; anything else is a fault. */
function refusedOnly(error: unknown): 'refused' {
  if (error instanceof InsufficientBalanceError) return 'refused';
  throw error;
}

function figuresOf(state: ModelWallet): WalletFigures {
  return {
    balance: model.balanceOf(state),
    held: model.heldOf(state),
    lots: state.lots.map((lot) => [lot.remaining, lot.held]),
    unbalanced: 0,
  };
}

function requireEqual(
  complaint: string,
  { figures, said }: { figures: WalletFigures; said: WalletFigures },
): void {
  const [books, expected] = [JSON.stringify(figures), JSON.stringify(said)];
  if (books !== expected) throw new Error(`${complaint}: books ${books}, model ${expected}`);
}
