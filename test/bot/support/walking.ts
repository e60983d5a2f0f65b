import { buttonsOf, type Visitor } from './visitor';

/** Kinds of buttons that a walk met and pressed; a kind is a button's route, whatever it is about. */
export interface Walk {
  readonly seen: Set<string>;
  readonly pressed: Set<string>;
}

/** Which buttons a walk presses, and which of them count as the same. */
export interface Habits {
  readonly kindOf: (data: string) => string;
  readonly isWanted: (data: string) => boolean;
  /** Begins at the lower end of a keyboard, which leads to other screens than the upper one. */
  readonly isFromBelow?: boolean;
}

export function newWalk(): Walk {
  return { seen: new Set(), pressed: new Set() };
}

/** Presses one button of each kind that can be reached from the message shown, and expects an answer to each. */
export async function pressAround(
  visitor: Visitor,
  { seen, pressed }: Walk,
  { kindOf, isWanted, isFromBelow = false }: Habits = { kindOf: routeOf, isWanted: () => true },
): Promise<void> {
  const pressable = (): string[] => {
    const wanted = buttonDataOf(visitor).filter(isWanted);
    return isFromBelow ? wanted.reverse() : wanted;
  };
  for (let steps = 0; steps < 60; steps += 1) {
    for (const data of pressable()) {
      expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
      seen.add(kindOf(data));
    }
    const next = pressable().find((data) => !pressed.has(kindOf(data)));
    if (next === undefined) return;
    pressed.add(kindOf(next));
    const { toast } = await visitor.press(next);
    expect(toast ?? '').not.toMatch(/больше не работает|no longer works/);
  }
}

export function missingFrom({ seen, pressed }: Walk): string[] {
  return [...seen].filter((kind) => !pressed.has(kind));
}

function routeOf(data: string): string {
  return data.split(':').slice(0, 3).join(':');
}

function buttonDataOf(visitor: Visitor): string[] {
  return buttonsOf(visitor.shown()).flatMap((button) =>
    'callback_data' in button ? [button.callback_data] : [],
  );
}
