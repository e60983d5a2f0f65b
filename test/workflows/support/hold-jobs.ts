import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { createCommands } from '../../../src/commands/billing';
import type { BillingCommands } from '../../../src/commands/contract';
import type { HoldAnswer } from '../../../src/commands/holds-contract';
import type { Workflows } from '../../../src/commands/start';
import { tokens } from '../../../src/domain/tokens';
import {
  holdKeyOf,
  holdWorkflowId,
  type HoldWish,
  type RequestName,
} from '../../../workflows/billing/hold/contract';
import { USER_ID } from './cast';
import type { Theatre } from './theatre';

const CLIENT = randomUUID();

/** A name no other request has. */
export function named(path: string, change: Partial<RequestName> = {}): RequestName {
  return { caller: CLIENT, key: randomUUID(), method: 'POST', path, bodyHash: '00', ...change };
}

/** An order of ten tokens for a minute. */
export function orderOf(change: Partial<HoldWish> = {}) {
  const wish: HoldWish = {
    clientId: CLIENT,
    amountUtok: tokens(10),
    leaseSeconds: 60,
    onExpiry: 'capture_reported',
    track: 'essay',
    request: named('/users/42/holds'),
    ...change,
  };
  return { holdKey: holdKeyOf(CLIENT, wish.request.key), userId: USER_ID, wish };
}

export interface Job {
  readonly order: ReturnType<typeof orderOf>;
  readonly handle: WorkflowHandle<Workflows['hold']>;
}

/** A client's side of jobs. */
export class Jobs {
  readonly commands: BillingCommands;

  constructor(private readonly theatre: Theatre) {
    this.commands = createCommands(theatre.client, theatre.taskQueue);
  }

  /** A job with its tokens reserved. */
  async begin(change: Partial<HoldWish> = {}): Promise<Job> {
    const order = orderOf(change);
    const placed = await this.commands.placeHold(order);
    if (placed.kind !== 'placed') throw new Error(`not placed: ${placed.kind}`);
    return { order, handle: this.handleOf(order.holdKey) };
  }

  handleOf(holdKey: string): WorkflowHandle<Workflows['hold']> {
    return this.theatre.client.workflow.getHandle<Workflows['hold']>(holdWorkflowId(holdKey));
  }

  beat({ order }: Job, count?: number, extendSeconds?: number): Promise<HoldAnswer> {
    return this.commands.heartbeatHold(order, {
      request: named('/heartbeat'),
      ...(count === undefined ? {} : { reportedUtok: tokens(count) }),
      ...(extendSeconds === undefined ? {} : { extendSeconds }),
    });
  }

  capture({ order }: Job, count: number, request = named('/capture')): Promise<HoldAnswer> {
    return this.commands.captureHold(order, { request, amountUtok: tokens(count) });
  }

  release({ order }: Job): Promise<HoldAnswer> {
    return this.commands.releaseHold(order, { request: named('/release') });
  }
}
