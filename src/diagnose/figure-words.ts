// Figures as KPIs, evidence and advice put them into sentences.
import type { Labels } from '../core/labels.js';
import { formatNs, MS_PER_S, msToNs } from '../core/units.js';

/** Three significant digits, thousands in groups: `1 204`, `12.3`, `0.04`. */
export function amount(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return grouped(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** Of a ratio: `97 %`, `0.05 %`. */
export const percent = (ratio: number): string => `${amount(ratio * 100)} %`;

export const duration = (ms: number): string => formatNs(msToNs(ms));

/** A length of time that people wait for: `40 s`, `5 min`, `3 h`. */
export function span(ms: number): string {
  const s = ms / MS_PER_S;
  return s < 90 ? `${amount(s)} s` : s < 90 * 60 ? `${amount(s / 60)} min` : `${amount(s / 3600)} h`;
}

/** `1 write`, `3 writes`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${grouped(Math.round(count))} ${count === 1 ? one : many}`;

/** A series by the label that names it, and what else sets it apart: `command Transfer`, `projection balances (thread 3)`. */
export function series(kind: string, labels: Labels, besides: readonly string[] = []): string {
  const others = Object.entries(labels).filter(([key]) => key !== kind && !besides.includes(key));
  const name = labels[kind] === undefined ? kind : `${kind} ${labels[kind]}`;
  return others.length === 0 ? name : `${name} (${others.map(([key, value]) => `${key} ${value}`).join(', ')})`;
}

function grouped(value: number): string {
  return `${value < 0 ? '-' : ''}${String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, ' ')}`;
}
