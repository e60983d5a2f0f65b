import type { WorkflowHandle } from '@temporalio/client';
import type { DeliveryOutcome, DueMessage } from '../../../activities/messages';
import type { Workflows } from '../../../src/commands/start';
import { NOTIFIER_ID } from '../../../workflows/billing/contract';
import type { Roles, Theatre } from './theatre';

export type Notifier = WorkflowHandle<Workflows['notifier']>;

/** The sender, begun and woken. */
export async function beginNotifier({ start, client }: Theatre): Promise<Notifier> {
  await start('notifier', { workflowId: NOTIFIER_ID, input: {}, signal: ['wake'] });
  return client.workflow.getHandle<Workflows['notifier']>(NOTIFIER_ID);
}

/** An outbox in memory that hands out the first of each chat, in the order given, as the activity does. */
export class Outbox {
  private queued: DueMessage[] = [];
  /** What was sent, and when. */
  readonly sent: { readonly messageId: string; readonly atMs: number }[] = [];
  answer: (message: string) => DeliveryOutcome | Error = () => ({ kind: 'done' });

  add(...messages: readonly [messageId: string, chatId: number][]): void {
    this.queued.push(...messages.map(([messageId, chatId]) => ({ messageId, chatId })));
  }

  ids(): string[] {
    return this.sent.map(({ messageId }) => messageId);
  }

  roles(): Roles {
    return {
      dueMessages: ({ limit, busyChats, sendingIds = [] }) => {
        const isQueueing = this.queued.some(
          ({ messageId, chatId }) => busyChats.includes(chatId) && !sendingIds.includes(messageId),
        );
        const chats = new Set(busyChats);
        const messages = this.queued.filter(
          ({ chatId }) => !chats.has(chatId) && chats.add(chatId),
        );
        return Promise.resolve({
          messages: messages.slice(0, limit),
          nextInMs: undefined,
          isQueueing,
        });
      },
      deliverMessage: ({ messageId }) => {
        const answer = this.answer(messageId);
        if (answer instanceof Error) return Promise.reject(answer);
        if (answer.kind !== 'done') return Promise.resolve(answer);
        const { chatId } = this.queued.find((message) => message.messageId === messageId) ?? {};
        this.queued = this.queued.filter((message) => message.messageId !== messageId);
        this.sent.push({ messageId, atMs: Date.now() });
        const isLast = !this.queued.some((message) => message.chatId === chatId);
        return Promise.resolve({ ...answer, isLast });
      },
    };
  }
}
