import { ARCHETYPES } from '../support/archetypes/list';
import { Life } from '../support/archetypes/life';
import {
  differences,
  readLived,
  recordedLives,
  recordLives,
  type Lived,
} from '../support/archetypes/record';
import { checkBooks, startStack, type Stack } from '../support/stack';

/** `RECORD=1 npx jest test/journeys/next-year` records anew what today's code does. */
const IS_RECORDING = process.env['RECORD'] !== undefined;

let stack: Stack;
const lives: Record<string, Lived> = {};

beforeAll(async () => {
  stack = await startStack({ settings: { reminderDays: '3,0' } });
  await Promise.all(
    ARCHETYPES.map(async (archetype) => {
      const life = await Life.begin(stack, archetype);
      await life.live();
      lives[archetype.name] = await readLived(stack, life);
    }),
  );
  const inOrder = ARCHETYPES.map(({ name }) => [name, lives[name] as Lived] as const);
  if (IS_RECORDING) recordLives(Object.fromEntries(inOrder));
}, 600_000);
afterAll(() => stack?.stop());

test.each(ARCHETYPES)('400 days from now, $name is what was recorded (OPS-20)', ({ name }) => {
  const lived = lives[name];
  expect(lived).toBeDefined();
  expect(differences({ [name]: lived as Lived }, recordedLives())).toEqual([]);
});

test('the books of all these years hold', () => checkBooks(stack));
