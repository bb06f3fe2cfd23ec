// Durations as people write and read them: `90s`, `5m`, `1h`, `30d`.

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** What parseDuration takes, for messages. */
export const DURATION_ALLOWED = 'a duration: milliseconds, or text like "90s", "5m", "1h", "30d"';

/** ms; undefined when it is no duration of 0 or more. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)\s*$/.exec(value);
  if (match === null) return undefined;
  const ms = Number(match[1]) * UNITS_MS[match[2]];
  return Number.isFinite(ms) ? ms : undefined;
}

/** `350 ms`, `30 s`, `5 min`, `1.5 h`, `30 days`. */
export function durationWords(ms: number): string {
  if (ms < 1000) return `${plain(ms)} ms`;
  if (ms < 120_000 && ms % 60_000 !== 0) return `${plain(ms / 1000)} s`;
  if (ms < 2 * HOUR_MS && ms % HOUR_MS !== 0) return `${plain(ms / 60_000)} min`;
  if (ms < 2 * DAY_MS) return `${plain(ms / HOUR_MS)} h`;
  return `${plain(ms / DAY_MS)} days`;
}

const plain = (value: number): string => String(Math.round(value * 10) / 10);
