import type { Client } from '@temporalio/client';

/**
 * How long a command may wait for its workflow. One that stands still keeps nobody longer: the command is rejected, its
 * outcome unknown, and what was asked may still happen.
 */
const WITHIN_MS = 60_000;

/** The same commands, each with a deadline for all its calls to Temporal together. */
export function withDeadline<C extends object>(
  client: Client,
  commands: C,
  withinMs = WITHIN_MS,
): C {
  const bounded = Object.entries(commands).map(([name, command]) => [
    name,
    (...given: unknown[]) =>
      client.withDeadline(Date.now() + withinMs, async () => (command as Command)(...given)),
  ]);
  return Object.fromEntries(bounded) as C;
}

type Command = (...given: unknown[]) => Promise<unknown>;
