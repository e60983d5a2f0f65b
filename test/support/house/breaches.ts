import { isBuiltin } from 'node:module';
import { localTarget, reachesOf, type Reach } from './imports';
import { NODE, PACKAGES, RESERVED, ZONES, type Target, type Zone } from './table';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The zone a path belongs to, with or without its extension. */
export function zoneOf(path: string): Zone | undefined {
  return ZONES.find((zone) => zone.files.test(path));
}

/** One sentence for each import that the table forbids, with file, line and what to do instead. */
export function breachesOf(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const zone = zoneOf(path);
    if (!zone) return [`${path} belongs to no zone; add it to test/support/house/table.ts`];
    return reachesOf(path, text).flatMap((reach) => judge(path, zone, reach));
  });
}

function judge(path: string, zone: Zone, reach: Reach): string[] {
  if (zone.mayRun.includes('*')) return [];
  const target = describe(path, reach.specifier);
  if (isAllowed(zone.mayRun, target)) return [];
  const isNamed = isAllowed(zone.mayName, target);
  if (isNamed && reach.isTypeOnly) return [];
  const how = reach.isTypeOnly ? 'names' : 'runs';
  const hint = isNamed ? 'only its types are allowed (import type)' : zone.instead;
  return [`${path}:${reach.line} ${how} ${reach.specifier}, which ${zone.name} may not: ${hint}`];
}

/** What a specifier means in words of the table: every word that would allow it. */
function describe(path: string, specifier: string): Target[] {
  const local = localTarget(path, specifier);
  if (local !== undefined) return [zoneOf(local)?.name ?? local];
  if (isBuiltin(specifier)) return [NODE, `node:${specifier.replace(/^node:/, '')}`];
  const name = packageOf(specifier);
  return RESERVED.includes(name) ? [name] : [name, PACKAGES];
}

export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

function isAllowed(allowed: readonly Target[], target: readonly Target[]): boolean {
  return target.some((one) => allowed.includes(one));
}
