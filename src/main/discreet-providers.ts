import type { PaymentProvider } from '../payments/provider';
import type { PaymentProviders } from '../payments/registry';

/** Hides what must not be repeated. */
export type Hide = (text: string) => string;

/**
 * The same providers, in whose answers no secret of ours stands. A provider that refuses may repeat what it was sent, and
 * its words become reasons in workflows, rows and messages.
 */
export function discreetProviders(providers: PaymentProviders, hide: Hide): PaymentProviders {
  return new Map([...providers].map(([name, provider]) => [name, discreet(provider, hide)]));
}

function discreet(provider: PaymentProvider, hide: Hide): PaymentProvider {
  return new Proxy(provider, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        const answer: unknown = (member as (...all: unknown[]) => unknown).apply(target, given);
        return answer instanceof Promise ? answer.then((one) => without(one, hide)) : answer;
      };
    },
  });
}

/** A copy of an answer with every text of it hidden where it has to be; functions and bytes stay what they are. */
function without(value: unknown, hide: Hide): unknown {
  if (typeof value === 'string') return hide(value);
  if (Array.isArray(value)) return value.map((each) => without(each, hide));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, without(member, hide)]),
  );
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
