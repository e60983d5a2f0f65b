import type { Logger } from 'pino';
import type { BillingReads } from '../../reads/billing';
import type { EdgeRecords } from '../../records/contract';
import type { Clock } from '../ports';

/** A payload of Temporal in bytes. */
export interface PayloadBytes {
  readonly metadata?: Readonly<Record<string, Uint8Array>> | null;
  readonly data?: Uint8Array | null;
}

/** What the codec server is made of. */
export interface CodecParts {
  /** Throws when a payload cannot be read; the message names the key and nothing else. */
  readonly codec: {
    encode(payloads: PayloadBytes[]): Promise<readonly PayloadBytes[]>;
    decode(payloads: PayloadBytes[]): Promise<readonly PayloadBytes[]>;
  };
  readonly reads: Pick<BillingReads, 'apiKeys'>;
  readonly records: Pick<EdgeRecords, 'takeCall' | 'noteKeyUse'>;
  /** Resolves when payloads can be read and their readers looked up. */
  readonly probe: () => Promise<void>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly settings: {
    readonly apiKeyPepper: string;
    readonly trustedProxyHops: number;
    /** Where browsers reach this server; https makes its cookie secure. */
    readonly publicUrl: string;
    /** Whose pages may have payloads read; nobody's when absent. */
    readonly uiUrl?: string;
  };
}
