import { EventEmitter } from 'node:events';
import type { InspectorEntry } from './inspector';
import type { VisibleBot, ChatRecord, Person, StoredMessage } from './state';

/** What the chat page is told as it happens. */
export type SandboxEvent =
  | { readonly type: 'person'; readonly person: Person }
  | { readonly type: 'bot'; readonly bot: VisibleBot }
  | { readonly type: 'commands'; readonly botId: number }
  | { readonly type: 'chat'; readonly chat: ChatRecord }
  | { readonly type: 'message'; readonly message: StoredMessage }
  | { readonly type: 'edited'; readonly message: StoredMessage }
  | {
      readonly type: 'deleted';
      readonly botId: number;
      readonly chatId: number;
      readonly messageId: number;
    }
  | {
      readonly type: 'answer';
      readonly botId: number;
      readonly personId: number;
      readonly pressId: string;
      readonly text?: string;
      readonly isAlert: boolean;
      readonly url?: string;
    }
  | {
      readonly type: 'action';
      readonly botId: number;
      readonly chatId: number;
      readonly action: string;
    }
  | { readonly type: 'inspector'; readonly entry: InspectorEntry };

export class Events {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  publish(event: SandboxEvent): void {
    this.emitter.emit('event', event);
  }

  /** Returns the way to stop listening. */
  subscribe(listener: (event: SandboxEvent) => void): () => void {
    this.emitter.on('event', listener);
    return () => this.emitter.off('event', listener);
  }
}
