import { Bot } from 'grammy';
import { startTelegramSandbox, type TelegramSandbox } from '../../sandbox/telegram/server';
import type { PaymentOrder } from '../../src/payments/provider';
import { telegramStarsProvider } from '../../src/payments/telegram-stars';
import { describeContract } from './contract';
import type { Outage, ProviderBench } from './contract';
import { orders } from './orders';

// Against the Telegram of the sandbox: Stars move there as they do at Telegram, and the list of transactions is its own.

describeContract('Telegram Stars', startBench);

const TOKEN = '4242:secret';
const PATIENCE_MS = 700;

async function startBench(): Promise<ProviderBench> {
  const sandbox = await startTelegramSandbox({ port: 0, rates: 'unlimited' });
  sandbox.registerBot(TOKEN);
  const payer = sandbox.createPerson({ id: 77, firstName: 'Anna', starBalance: 1_000_000 });
  sandbox.openChat(payer.id);
  const bot = await startBot(sandbox.apiRoot);
  const links = new Map<string, string>();
  const stars = telegramStarsProvider({
    apiRoot: sandbox.apiRoot,
    token: TOKEN,
    timeoutMs: PATIENCE_MS,
  });
  const chargeOf = ({ invoiceId }: PaymentOrder) =>
    sandbox.charges().find(({ terms }) => terms.payload === invoiceId);
  return {
    provider: {
      ...stars,
      createPayment: async (order, key) => {
        const created = await stars.createPayment(order, key);
        if (created.kind === 'created') links.set(order.invoiceId, created.url);
        return created;
      },
    },
    order: orders({ currency: 'XTR' }),
    isLinkNewEachTime: true,
    pay: async ({ invoiceId }) => {
      const link = links.get(invoiceId) ?? '';
      expect(await sandbox.pay(payer.id, { link })).toMatchObject({ status: 'paid' });
      // Telegram tells the bot, not the webhook of a provider.
      return undefined;
    },
    paymentIdOf: (order) => chargeOf(order)?.id ?? '',
    refundedMinor: (id) => {
      const charge = sandbox.charges().find((each) => each.id === id);
      return charge?.refundedAt === undefined ? 0 : charge.terms.amountStars;
    },
    breakNext: (outage, requests = 1) => {
      sandbox.faults.clear();
      if (requests > 0) breakCalls(sandbox, FAULTS[outage], requests);
    },
    stop: async () => {
      await bot.stop();
      await sandbox.close();
    },
  };
}

/** What Telegram knows of failing; nonsense it never sends, so too many requests stand for it. */
const FAULTS = {
  error_500: '500',
  garbage: '429',
  reset: 'drop-response',
  hang: 'hang',
} as const satisfies Readonly<Record<Outage, string>>;

/** Only the calls of the adapter: the bot goes on asking for its updates. */
function breakCalls(
  sandbox: TelegramSandbox,
  kind: (typeof FAULTS)[Outage],
  requests: number,
): void {
  for (const method of ['createInvoiceLink', 'getStarTransactions', 'refundStarPayment']) {
    sandbox.faults.add({ kind, method, times: requests, seconds: 5 });
  }
}

/** A bot that agrees to every purchase. */
async function startBot(apiRoot: string): Promise<Bot> {
  const bot = new Bot(TOKEN, { client: { apiRoot } });
  bot.on('pre_checkout_query', async (ctx) => {
    await ctx.answerPreCheckoutQuery(true);
  });
  await new Promise<void>((resolve) => {
    void bot.start({ onStart: () => resolve() });
  });
  return bot;
}
