import { OPS_TOPICS, topicSetting, type OpsTopic } from '../../domain/billing/ops-topics';
import { localeOf, show, type BotContext } from '../context';
import type { BotParts } from '../parts';
import { button, type Button } from '../screen';
import { say } from '../wording';
import { askReason, type ActionParams, type AdminAction } from './actions';
import { guarded, refuseButton, type AdminFeature, type Role } from './gate';
import { tellOutcome } from './outcome';

const ADMINS: readonly Role[] = ['admin'];

/** /topics: what the operators' chat is told, switched one by one with a reason (NT-7). */
export function topicsFeature(parts: BotParts): AdminFeature<'adm:topic'> {
  const action = topicAction(parts);
  return {
    commands: [{ command: 'topics', roles: ADMINS, handler: (ctx) => showTopics(ctx, parts) }],
    callbacks: guarded(ADMINS, {
      'adm:topic': async (ctx, press) => {
        const [name, wish] = (press.arg ?? '').split('.');
        const topic = topicNamed(name);
        if (!topic || (wish !== 'on' && wish !== 'off')) await refuseButton(ctx);
        else await askReason(ctx, action, { topic, wish });
      },
    }),
    actions: [action],
  };
}

async function showTopics(ctx: BotContext, parts: BotParts): Promise<void> {
  const silent = await parts.reads.silentTopics();
  const rows = OPS_TOPICS.map((topic) => [topicButton(ctx, topic, silent.includes(topic))]);
  await show(ctx, { text: say(localeOf(ctx), 'admin.topics.title'), rows });
}

function topicButton(ctx: BotContext, topic: OpsTopic, isSilent: boolean): Button {
  const locale = localeOf(ctx);
  const params = { topic: say(locale, `admin.topic.${topic}`) };
  const key = isSilent ? 'admin.button.topic_off' : 'admin.button.topic_on';
  const arg = `${topic}.${isSilent ? 'on' : 'off'}`;
  return button({ locale, key, params }, { route: 'adm:topic', arg });
}

function topicNamed(name: unknown): OpsTopic | undefined {
  return OPS_TOPICS.find((topic) => topic === name);
}

function topicAction(parts: BotParts): AdminAction {
  return {
    name: 'topic',
    roles: ADMINS,
    describe: (ctx, params) => describe(ctx, parts, params),
    perform: async (ctx, { operationId, reason, params }) => {
      const topic = topicNamed(params['topic']);
      if (!topic) return;
      const setting = { key: topicSetting(topic), value: params['wish'] === 'on' };
      const operator = { userId: ctx.visit.userId };
      const outcome = await parts.commands.operate({
        ...{ operationId, action: 'change_setting', params: setting, operator, reason },
      });
      if (await tellOutcome(ctx, outcome)) await showTopics(ctx, parts);
    },
  };
}

/** Nothing to do for a topic that somebody has switched meanwhile. */
async function describe(
  ctx: BotContext,
  parts: BotParts,
  { topic: name, wish }: ActionParams,
): Promise<string | undefined> {
  const topic = topicNamed(name);
  if (!topic) return undefined;
  const isSilent = (await parts.reads.silentTopics()).includes(topic);
  if (isSilent !== (wish === 'on')) return undefined;
  const locale = localeOf(ctx);
  const key = wish === 'on' ? 'admin.topics.turn_on' : 'admin.topics.turn_off';
  return say(locale, key, { topic: say(locale, `admin.topic.${topic}`) });
}
