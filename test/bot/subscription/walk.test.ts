import { renderNotice } from '../../../src/bot/billing/notices';
import { ROUTES } from '../../../src/bot/callback-data';
import { sendScreen } from '../../../src/bot/delivery';
import { startStage, type Stage } from '../support/stage';
import { newWalk, pressAround, type Walk } from '../support/walking';
import { giveCard, newSubscriber, type Standing, type Subscriber } from './support/subscribers';

const STANDINGS: readonly Standing[] = [
  { tokens: 250 },
  { slug: 'access-30', driver: 'saved_method' },
  { slug: 'premium', driver: 'none', nextSlug: 'access-30' },
  { slug: 'premium', driver: 'wallet' },
  { state: 'cancelling', isRenewing: false },
  { state: 'past_due', daysLeft: -0.5, tokens: 250 },
  { state: 'past_due', daysLeft: -0.5, slug: 'premium' },
  { state: 'paused' },
  { state: 'expired', daysLeft: -60, tokens: 250 },
];

/** Screens whose lower buttons lead elsewhere than the upper ones. */
const DIRECTIONS: Readonly<Record<string, readonly boolean[]>> = {
  '/subscription': [false, true],
  'days of a pause': [true],
};

describe('T-E7 no dead button around a subscription', () => {
  let stage: Stage;
  beforeAll(async () => {
    const bank = { name: 'mock', currencies: ['RUB'], canSave: true };
    stage = await startStage({ hasCatalogue: true, paymentProviders: [bank] });
  });
  afterAll(() => stage.stop());

  async function notice(visitor: Subscriber, template: string, params: object): Promise<void> {
    const { subscriptionId } = visitor;
    const place = { locale: 'ru', timeZone: 'Europe/Moscow' } as const;
    const screen = renderNotice({ template, params: { subscriptionId, ...params } }, place);
    if (!screen) throw new Error(`${template} has no words`);
    await sendScreen(stage.bot.api, visitor.id, screen);
  }

  /** What a press changes would hide the buttons of the state before, so each entrance has a person of its own. */
  async function walkFrom(
    entrance: string,
    standing: Standing,
    walk: Walk,
  ): Promise<readonly string[]> {
    const visitor = await newSubscriber(stage, { ...standing, language: 'ru' });
    if (standing.slug !== undefined) await giveCard(stage, visitor);
    for (const isFromBelow of DIRECTIONS[entrance] ?? [false]) {
      const isWanted = (data: string) => isOurs(data) && !(isFromBelow && data === 'v1:nav:sub');
      await enter(visitor, entrance);
      await pressAround(visitor, walk, { kindOf, isWanted, isFromBelow });
    }
    return [...walk.pressed].map((kind) => kind.split(':').slice(0, 2).join(':'));
  }

  async function enter(visitor: Subscriber, entrance: string): Promise<void> {
    const until = new Date(stage.now()).toISOString();
    if (entrance === 'restricted') await notice(visitor, 'sub.restricted', { until });
    else if (entrance === 'failed') {
      await notice(visitor, 'sub.failed', { reason: 'declined', access: 'full' });
    } else if (entrance === 'reminder') {
      await notice(visitor, 'sub.reminder', { until, driver: 'none', balanceUtok: 0 });
    } else if (entrance === 'days of a pause') {
      await visitor.write('/subscription');
      await visitor.press(visitor.button('sub:pause'));
    } else await visitor.write(entrance);
  }

  it('in any of its states', async () => {
    const reached: string[] = [];
    for (const standing of STANDINGS) {
      for (const entrance of entrancesOf(standing)) {
        reached.push(...(await walkFrom(entrance, standing, newWalk())));
      }
    }
    expect(ROUTES.filter(isOurs).filter((route) => !reached.includes(route))).toEqual([]);
    expect(stage.logged).toEqual([]);
    expect(stage.incidents).toEqual([]);
  }, 300_000);
});

/** A button without the subscription it is about, and without the minute it was made. */
function kindOf(data: string): string {
  const [, area, action, , arg = ''] = data.split(':');
  return `${area}:${action}:${arg.replace(/\..*/, '')}`;
}

/** Messages reach people in the state they are about. */
function entrancesOf({ state = 'active', slug }: Standing): readonly string[] {
  if (state === 'past_due') {
    return ['/subscription', '/upcoming', slug === undefined ? 'restricted' : 'failed'];
  }
  if (state === 'active') return ['/subscription', 'days of a pause', 'reminder'];
  return ['/subscription', 'failed'];
}

/** The buttons of other features are pressed by the walk through all screens, those of plans by their own test. */
function isOurs(kind: string): boolean {
  return /^(?:v1:)?(?:sub:(?!plans|to|at|keep)|dun:|nav:sub|nav:next)/.test(kind);
}
