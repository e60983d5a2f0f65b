import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiFailure, badRequest, forbidden, tooManyRequests } from './failure';

export const FAULT_KINDS = ['hang', '429', '500', '403', '401', '400', 'drop-response'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultRequest {
  readonly kind: FaultKind;
  /** Only calls of this method; all when omitted. */
  readonly method?: string | undefined;
  /** Only calls that name this chat. */
  readonly chatId?: number | undefined;
  /** How long to hang, or the `retry_after` of a 429. */
  readonly seconds?: number | undefined;
  /** After so many hits the fault is over; for ever when omitted. */
  readonly times?: number | undefined;
}

export interface Fault extends FaultRequest {
  readonly id: string;
}

/** Thrown to make the HTTP layer cut the connection without an answer. */
export class ConnectionCut extends Error {}

/** Failures a test or a newcomer asked for. */
export class Faults {
  private faults: Fault[] = [];

  add(request: FaultRequest): Fault {
    const fault = { ...request, id: randomUUID() };
    this.faults.push(fault);
    return fault;
  }

  clear(id?: string): void {
    this.faults = id === undefined ? [] : this.faults.filter((fault) => fault.id !== id);
  }

  list(): readonly Fault[] {
    return this.faults;
  }

  /** Takes one hit of the first fault that fits the call. */
  take(method: string, chatId: number | undefined): Fault | undefined {
    const fault = this.faults.find((it) => fits(it, method, chatId));
    if (fault?.times === undefined) return fault;
    const left = { ...fault, times: fault.times - 1 };
    this.faults = this.faults.flatMap((it) => {
      if (it.id !== fault.id) return [it];
      return left.times > 0 ? [left] : [];
    });
    return fault;
  }
}

function fits(fault: Fault, method: string, chatId: number | undefined): boolean {
  const isMethod =
    fault.method === undefined || fault.method.toLowerCase() === method.toLowerCase();
  return isMethod && (fault.chatId === undefined || fault.chatId === chatId);
}

/** Does what the fault says instead of the call; `drop-response` lets the call through and acts afterwards. */
export async function suffer(fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'hang':
      await delay((fault.seconds ?? 60) * 1000, undefined, { ref: false });
      throw new ConnectionCut();
    case '429':
      throw tooManyRequests(fault.seconds ?? 3);
    case '500':
      throw new ApiFailure(500, 'Internal Server Error');
    case '403':
      throw forbidden('bot was blocked by the user');
    case '401':
      throw new ApiFailure(401, 'Unauthorized');
    case '400':
      throw badRequest('chat not found');
    case 'drop-response':
      return;
  }
}
