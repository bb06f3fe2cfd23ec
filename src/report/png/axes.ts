// Round marks on axes: tops of value axes, times of day, decades. The same marks as in report.html.
const TOPS = [1, 2, 4, 6, 8, 10];
const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The next round figure above: 1, 2, 4, 6 or 8 of a power of ten; of bytes, of a power of 1024. */
export function niceTop(value: number, isBytes: boolean): number {
  if (!(value > 0)) return 1;
  const unit = isBytes ? 1024 ** Math.floor(Math.log2(value) / 10) : 1;
  const power = 10 ** Math.floor(Math.log10(value / unit));
  return unit * power * (TOPS.find((step) => step * power * unit >= value) ?? 10);
}

export interface TimeTick {
  atMs: number;
  /** UTC: seconds where ticks are closer than a minute, the day where they are a day apart. */
  text: string;
}

/** Round moments from `fromMs` to `toMs`, about `most` at the most. */
export function timeTicks(fromMs: number, toMs: number, most: number): TimeTick[] {
  const spanMs = toMs - fromMs;
  const stepMs = STEPS_S.map((s) => s * 1000).find((ms) => spanMs / ms <= most) ?? Math.ceil(spanMs / most / DAY_MS) * DAY_MS;
  const ticks: TimeTick[] = [];
  for (let atMs = Math.ceil(fromMs / stepMs) * stepMs; atMs <= toMs; atMs += stepMs) {
    const iso = new Date(atMs).toISOString();
    ticks.push({ atMs, text: stepMs >= DAY_MS ? iso.slice(5, 10) : iso.slice(11, stepMs >= MINUTE_MS ? 16 : 19) });
  }
  return ticks;
}

/** Without decimals that say nothing: `1 ms` for `1.00 ms`. */
export const trimmed = (figure: string): string => figure.replace(/\.0+(?= |$)/, '');
