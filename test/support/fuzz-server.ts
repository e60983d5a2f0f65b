import { SCOPES } from '../../src/domain/billing/api-scopes';
import { apiClient, spender } from './api';
import { startStack } from './stack';

/** The product for whoever wants to ask it anything: a key with every scope, and somebody with tokens. */
export interface FuzzServer {
  readonly url: string;
  readonly key: string;
  readonly userId: number;
  stop(): Promise<void>;
}

export async function startFuzzServer(): Promise<FuzzServer> {
  const stack = await startStack({ settings: { rateLimitCalls: 100_000_000 } });
  const { key } = await apiClient(stack, SCOPES, { rateLimit: 100_000_000 });
  const userId = await spender(stack, 5_000);
  return { url: stack.http.url, key, userId, stop: () => stack.stop() };
}
