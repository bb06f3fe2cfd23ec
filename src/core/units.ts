// Conversions between units of time and size: the only place where a factor is written.

export const NS_PER_US = 1_000;
export const NS_PER_MS = 1_000_000;
export const NS_PER_S = 1_000_000_000;
export const MS_PER_S = 1_000;
export const BYTES_PER_MIB = 1_048_576;

export const msToNs = (ms: number): number => ms * NS_PER_MS;
export const nsToMs = (ns: number): number => ns / NS_PER_MS;
export const usToMs = (us: number): number => us / 1_000;

/** Nanoseconds as a person reads them: three significant digits and a unit (`1.23 ms`). */
export function formatNs(ns: number): string {
  if (!Number.isFinite(ns)) return '–';
  if (ns < NS_PER_US) return `${round3(ns)} ns`;
  if (ns < NS_PER_MS) return `${round3(ns / NS_PER_US)} µs`;
  if (ns < NS_PER_S) return `${round3(ns / NS_PER_MS)} ms`;
  return `${round3(ns / NS_PER_S)} s`;
}

/** Bytes as a person reads them, in powers of 1024 (`12.3 MiB`). */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${round3(value)} ${units[unit]}`;
}

function round3(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}
