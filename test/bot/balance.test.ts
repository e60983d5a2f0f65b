import { holdTokens } from '../../activities/billing/holds';
import { inTransaction } from '../../activities/transactions';
import type { TransferKind } from '../../drizzle/schema';
import { tokens } from '../../src/domain/tokens';
import { TEXTS } from '../../src/texts';
import { asWorkflow } from '../activities/support/books';
import { grant, spend, transfer, WORK } from '../activities/support/transfers';
import { startStage, type Stage } from './support/stage';
import { newVisitor, type Visitor } from './support/visitor';

const DAY = 86_400_000;

describe('/balance', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterAll(() => stage.stop());

  async function balanceOf(visitor: Visitor): Promise<string> {
    await visitor.write('/balance');
    return visitor.shown().message.text ?? '';
  }

  async function newOwner(): Promise<Visitor> {
    const visitor = newVisitor(stage);
    await visitor.write('/start');
    return visitor;
  }

  const inDays = (days: number) => new Date(stage.now() + days * DAY);

  it('says nothing of lots while all tokens are alike and endless', async () => {
    const visitor = await newOwner();
    await transfer(stage, grant(visitor.id, 10, { origin: 'topup' }));
    await transfer(stage, grant(visitor.id, 5, { origin: 'topup' }));
    const text = await balanceOf(visitor);
    expect(text).toContain('15');
    expect(text).not.toContain('Spent in this order');
  });

  it('shows what is spent first, what ends when and what is in use', async () => {
    const visitor = await newOwner();
    await transfer(stage, grant(visitor.id, 10, { origin: 'topup' }));
    await transfer(stage, grant(visitor.id, 3, { origin: 'promo', expiresAt: inDays(9) }));
    await transfer(stage, grant(visitor.id, 4, { origin: 'trial', expiresAt: inDays(2) }));
    const wish = { key: `h:${visitor.id}`, userId: visitor.id, ...WORK } as const;
    const hold = { ...wish, amountUtok: tokens(5), asOf: new Date(stage.now()) };
    await asWorkflow('test', () => inTransaction(stage.db, (tx) => holdTokens(tx, hold)));
    const text = await balanceOf(visitor);
    const lots = text.slice(text.indexOf('Spent in this order')).split('\n').slice(1, 4);
    expect(lots).toEqual([
      expect.stringMatching(/^• Trial: 4 until .+ \(4 in use\)$/),
      expect.stringMatching(/^• Bonuses: 3 until .+ \(1 in use\)$/),
      '• Top-ups: 10',
    ]);
    expect(text).toContain('In use: 5 tokens, available 12');
  });

  it('does not count what has expired, although nobody has booked that yet', async () => {
    const visitor = await newOwner();
    await transfer(stage, grant(visitor.id, 10, { origin: 'topup' }));
    await transfer(stage, grant(visitor.id, 7, { origin: 'promo', expiresAt: inDays(-1) }));
    const text = await balanceOf(visitor);
    expect(text).toContain('In your account: 10 tokens');
    expect(text).not.toContain('Bonuses');
  });

  it('names what is owed, also beside tokens in use', async () => {
    const visitor = await newOwner();
    await transfer(stage, grant(visitor.id, 10));
    const wish = { key: `d:${visitor.id}`, userId: visitor.id, ...WORK } as const;
    const hold = { ...wish, amountUtok: tokens(10), asOf: new Date(stage.now()) };
    await asWorkflow('test', () => inTransaction(stage.db, (tx) => holdTokens(tx, hold)));
    await transfer(stage, spend(visitor.id, 4, { lowestUtok: tokens(-1000) }));
    const text = await balanceOf(visitor);
    expect(text).toContain('In use: 10 tokens, available 0');
    expect(text).toContain('Debt: 4 tokens');
  });
});

describe('history', () => {
  /** The compiler keeps this list whole. */
  const kinds: Readonly<Record<TransferKind, true>> = {
    topup: true,
    pack: true,
    sale: true,
    grant: true,
    trial: true,
    promo_bonus: true,
    subscription_fee: true,
    spend: true,
    hold_capture: true,
    gift_out: true,
    gift_in: true,
    refund: true,
    reversal: true,
    adjustment: true,
    breakage: true,
    writeoff: true,
    quarantine: true,
    quarantine_release: true,
    dispute: true,
  };

  it.each(['ru', 'en'] as const)(
    'has a label for every kind of transfer in %s (LG-10)',
    (locale) => {
      const missing = Object.keys(kinds).filter(
        (kind) => !(`history.kind.${kind}` in TEXTS[locale]),
      );
      expect(missing).toEqual([]);
    },
  );
});
