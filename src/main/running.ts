import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const NAME = 'environment.json';

/** Remembers where the parts of a running `npm start` are, for commands typed beside it. */
export function publishRunning(dataFolder: string, env: Readonly<Record<string, string>>): void {
  writeFileSync(join(dataFolder, NAME), JSON.stringify(env, null, 2), { mode: 0o600 });
}

export function forgetRunning(dataFolder: string): void {
  rmSync(join(dataFolder, NAME), { force: true });
}

/** Takes what is not set from the product that `npm start` runs here, if it does. */
export function adoptRunning(env: NodeJS.ProcessEnv, dataFolder = resolve('.data')): void {
  for (const [name, value] of Object.entries(published(dataFolder))) env[name] ||= value;
}

function published(dataFolder: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(readFileSync(join(dataFolder, NAME), 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
