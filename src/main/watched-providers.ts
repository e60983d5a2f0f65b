import type { PaymentProvider } from '../payments/provider';
import type { PaymentProviders } from '../payments/registry';
import { inSpan } from '../tracing/spans';
import type { ProviderCall } from './meters';

/** What goes out to the provider; judging a notification and answering it stays in the house. */
const CALLS: ReadonlySet<PropertyKey> = new Set<keyof PaymentProvider>([
  'createPayment',
  'ask',
  'refund',
  'askRefund',
  'cancel',
  'statement',
  'cancelSubscription',
  'resumeSubscription',
  'savedMethod',
  'chargeSaved',
  'revokeMethod',
]);

type Call = (...given: unknown[]) => Promise<unknown>;

/** The same providers, whose every call is measured and, inside a trace, is a step of it. */
export function watchedProviders(
  providers: PaymentProviders,
  onCall: (call: ProviderCall) => void,
): PaymentProviders {
  return new Map([...providers].map(([name, provider]) => [name, watched(provider, onCall)]));
}

function watched(provider: PaymentProvider, onCall: (call: ProviderCall) => void): PaymentProvider {
  return new Proxy(provider, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (!CALLS.has(name) || typeof member !== 'function') return member;
      const call: Call = (...given) => (member as Call).apply(target, given);
      return (...given: unknown[]) =>
        timed({ provider: target.name, operation: String(name) }, () => call(...given), onCall);
    },
  });
}

async function timed(
  { provider, operation }: Pick<ProviderCall, 'provider' | 'operation'>,
  call: () => Promise<unknown>,
  onCall: (call: ProviderCall) => void,
): Promise<unknown> {
  const began = performance.now();
  const tell = (outcome: string): void =>
    onCall({ provider, operation, outcome, seconds: (performance.now() - began) / 1_000 });
  const facts = { 'billing.provider': provider, 'billing.operation': operation };
  return inSpan({ name: 'provider call', kind: 'client', facts }, async (span) => {
    try {
      const answer = await call();
      const outcome = kindOf(answer);
      span.note({ 'billing.outcome': outcome });
      tell(outcome);
      return answer;
    } catch (error) {
      tell('thrown');
      throw error;
    }
  });
}

/** Adapters answer with one of few kinds; a call without an answer is done. */
function kindOf(answer: unknown): string {
  const isKind = typeof answer === 'object' && answer !== null && 'kind' in answer;
  return isKind && typeof answer.kind === 'string' ? answer.kind : 'done';
}
