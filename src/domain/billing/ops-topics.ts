import type { OutboxTemplate } from '../messages';

/** What the operators' chat is told about; each can be switched off by itself (NT-7). */
export const OPS_TOPICS = [
  'payment',
  'open_item',
  'refund',
  'dispute',
  'proposal',
  'limit',
  'verification',
  'stuck',
  'digest',
] as const;

export type OpsTopic = (typeof OPS_TOPICS)[number];

const TOPIC_OF: Partial<Record<OutboxTemplate, OpsTopic>> = {
  'ops.payment': 'payment',
  'ops.open_item': 'open_item',
  'ops.refund': 'refund',
  'ops.dispute': 'dispute',
  'ops.dispute_due': 'dispute',
  'proposal.opened': 'proposal',
  'ops.limit': 'limit',
  'ops.overdue': 'open_item',
  'ops.verification': 'verification',
  'ops.stuck': 'stuck',
  'ops.digest': 'digest',
};

/** What a message to the operators is about; undefined for one that nobody can switch off. */
export function topicOf(template: OutboxTemplate): OpsTopic | undefined {
  return TOPIC_OF[template];
}

const PREFIX = 'OPS_TOPIC_';

/** Key of the settings row that switches a topic; no environment variable stands behind it. */
export function topicSetting(topic: OpsTopic): string {
  return `${PREFIX}${topic.toUpperCase()}`;
}

/** The topic a settings row switches; undefined for every other row. */
export function switchedTopic(key: string): OpsTopic | undefined {
  return OPS_TOPICS.find((topic) => topicSetting(topic) === key);
}
