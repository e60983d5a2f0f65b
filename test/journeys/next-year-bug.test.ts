import type * as calendarModule from '../../src/domain/calendar';
import { ARCHETYPES } from '../support/archetypes/list';
import { Life } from '../support/archetypes/life';
import { differences, readLived, recordedLives, type Lived } from '../support/archetypes/record';
import { startStack, type Stack } from '../support/stack';

type Calendar = typeof calendarModule;
const DAY = 86_400_000;

// A calendar that loses the day of the month as every naive one does: from the second boundary on it is a day late.
jest.mock<Calendar>('../../src/domain/calendar', () => {
  const calendar = jest.requireActual<Calendar>('../../src/domain/calendar');
  return {
    ...calendar,
    boundaryMs: (anchor, n, shiftDays) =>
      calendar.boundaryMs(anchor, n, shiftDays) + (anchor.unit === 'month' && n > 1 ? DAY : 0),
  };
});

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ settings: { reminderDays: '3,0' } });
}, 120_000);
afterAll(() => stack?.stop());

test('the gate names the archetype that a boundary a day late hits, and no other', async () => {
  const hit = 'monthly from the wallet, anchored on the 31st';
  const spared = 'yearly from 29 February';
  const lives: Record<string, Lived> = {};
  await Promise.all(
    ARCHETYPES.filter(({ name }) => name === hit || name === spared).map(async (archetype) => {
      const life = await Life.begin(stack, archetype);
      await life.live();
      lives[archetype.name] = await readLived(stack, life);
    }),
  );
  const found = differences(lives, recordedLives());
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(new RegExp(`^${hit}: «period 1 .* instead of «period 1 `));
}, 240_000);
