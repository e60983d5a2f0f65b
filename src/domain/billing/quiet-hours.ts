import { instantOf, localTimeOf } from '../calendar';

/** A daily span in which service and marketing messages wait, `HH:MM` each, in the person's zone. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
  readonly zone: string;
}

/** Reads `HH:MM-HH:MM`; equal ends, or anything unreadable, mean that there are no quiet hours. */
export function parseQuietHours(text: string, zone: string): QuietHours | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match) return undefined;
  const [from, to] = [`${match[1]}:${match[2]}`, `${match[3]}:${match[4]}`];
  return from === to ? undefined : { from, to, zone };
}

/** How long (ms) a message must wait at `asOfMs`; zero outside quiet hours. */
export function quietDelayMs(quiet: QuietHours | undefined, asOfMs: number): number {
  if (!quiet) return 0;
  const local = localTimeOf(asOfMs, quiet.zone);
  if (!isQuiet(quiet, local.slice(11, 16))) return 0;
  const today = instantOf(`${local.slice(0, 10)}T${quiet.to}:00.000`, quiet.zone);
  const end =
    today > asOfMs ? today : instantOf(`${neighbourDate(local, 1)}T${quiet.to}:00.000`, quiet.zone);
  return end - asOfMs;
}

/** The beginning (ms) of the quiet span that an instant lies in; the instant itself outside of one. */
export function quietSinceMs(quiet: QuietHours | undefined, asOfMs: number): number {
  if (!quiet) return asOfMs;
  const local = localTimeOf(asOfMs, quiet.zone);
  if (!isQuiet(quiet, local.slice(11, 16))) return asOfMs;
  const today = instantOf(`${local.slice(0, 10)}T${quiet.from}:00.000`, quiet.zone);
  if (today <= asOfMs) return today;
  return instantOf(`${neighbourDate(local, -1)}T${quiet.from}:00.000`, quiet.zone);
}

function isQuiet(quiet: QuietHours, clock: string): boolean {
  return quiet.from < quiet.to
    ? clock >= quiet.from && clock < quiet.to
    : clock >= quiet.from || clock < quiet.to;
}

function neighbourDate(local: string, days: 1 | -1): string {
  const then = Date.parse(`${local.slice(0, 10)}T00:00:00Z`) + days * 24 * 3_600_000;
  return new Date(then).toISOString().slice(0, 10);
}
