// Figures as the page prints them: counts, ratios, rates, times of day and spans. Durations and sizes are core/units'.

/** Whole numbers with thousands separators, `1,234,567`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** A ratio as a percentage, `62 %`, `4.13 %`, `0.05 %`; what is not zero never prints as zero. */
export function formatRatio(ratio: number): string {
  const percent = ratio * 100;
  if (percent !== 0 && Math.abs(percent) < 0.01) return '< 0.01 %';
  return `${percent.toLocaleString('en-US', { maximumFractionDigits: Math.abs(percent) < 10 ? 2 : 1 })} %`;
}

/** Three significant digits, no exponent up to a million, thousands separators above, `12.3`, `0.004`, `12,300`. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

/** A span of the run, `1 h 02 min`, `3 min 20 s`, `12.3 s`. */
export function formatSpan(ms: number): string {
  const s = ms / 1000;
  if (s < 60) return `${significant(s)} s`;
  const wholeS = Math.round(s);
  const minutes = Math.floor(wholeS / 60);
  if (minutes < 60) return `${minutes} min ${two(wholeS % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** `2026-03-14 10:21:35` of an ISO 8601 time, UTC; the text itself where it is none. */
export function formatTime(iso: string): string {
  // Date.parse makes a date of nearly anything that ends in a digit.
  const atMs = /^\d{4}-\d\d-\d\dT/.test(iso) ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(atMs) ? iso : new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}

const two = (value: number): string => String(value).padStart(2, '0');
