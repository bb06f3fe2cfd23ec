// Durations as a line of an alert tells them: `1.2 s`, `1 h`, `1 day`.

const UNITS: readonly [ms: number, name: string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** One digit after the point at most; ms below a second. */
export function formatDurationMs(ms: number): string {
  for (const [unitMs, name] of UNITS) if (ms >= unitMs) return `${Number((ms / unitMs).toFixed(1))} ${name}`;
  return `${Math.round(ms)} ms`;
}
