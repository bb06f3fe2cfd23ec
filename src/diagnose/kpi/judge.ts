// A value against its target and its alert threshold.
import type { Kpi } from '../../core/alert-types.js';
import { span } from '../figure-words.js';
import type { KpiHistory } from '../kpi-history.js';
import type { KpiTarget } from '../kpi-targets.js';

export interface Judgement {
  of?: string;
  note?: string;
  /** The worst status that may be given, and why it is held back stands in the note. */
  atWorst?: 'ok' | 'warn';
}

const RANKS = { 'no-data': 0, ok: 1, warn: 2, breach: 3 } as const;

export function judged(it: KpiTarget, value: number, { of, note, atWorst = undefined }: Judgement = {}): Kpi {
  const status = isBeyondAlert(it, value) ? 'breach' : isInTarget(it, value) ? 'ok' : 'warn';
  return kpi(it, value, atWorst !== undefined && RANKS[status] > RANKS[atWorst] ? atWorst : status, of, note);
}

/** A status that the value alone does not make. */
export const withStatus = (it: KpiTarget, value: number, status: Kpi['status'], { of, note }: Judgement = {}): Kpi =>
  kpi(it, value, status, of, note);

export const noData = (it: KpiTarget, note: string): Kpi => kpi(it, null, 'no-data', undefined, note);

/** Judged so that only what is beyond the alert threshold for long enough is a breach; until then it warns. */
export function judgedSustained(it: KpiTarget, value: number, history: KpiHistory, spanMs: number, { of, note, atWorst }: Judgement = {}): Kpi {
  const isBad = isBeyondAlert(it, value) && atWorst === undefined;
  const heldMs = history.hold(it.name, isBad, spanMs);
  if (!isBad || history.isSustained(heldMs)) return judged(it, value, { of, note, atWorst });
  return judged(it, value, { of, note: join(note, heldFor(heldMs, history)), atWorst: 'warn' });
}

/** How much of the time that makes a breach has gone by. */
export const heldFor = (heldMs: number, history: KpiHistory): string => `for ${span(heldMs)} so far, a breach from ${span(history.sustainedMs)} on`;

export const isBeyondAlert = ({ direction, alert }: KpiTarget, value: number): boolean => (direction === 'higher' ? value < alert : value > alert);

export function isInTarget({ direction, target, orEqual }: KpiTarget, value: number): boolean {
  return (direction === 'higher' ? value > target : value < target) || (orEqual === true && value === target);
}

/** The one that is worse off: by status first, then by value. */
export function worst(kpis: readonly Kpi[]): Kpi | undefined {
  return kpis.reduce<Kpi | undefined>((a, b) => (a === undefined || isWorse(b, a) ? b : a), undefined);
}

export const join = (...notes: (string | undefined)[]): string => notes.filter((note) => note !== undefined && note !== '').join('; ');

function isWorse(a: Kpi, b: Kpi): boolean {
  if (a.status !== b.status) return RANKS[a.status] > RANKS[b.status];
  const [x, y] = [a.value ?? 0, b.value ?? 0];
  return a.direction === 'higher' ? x < y : x > y;
}

function kpi(
  { name, unit, target, alert, direction, orEqual }: KpiTarget,
  value: number | null,
  status: Kpi['status'],
  of?: string,
  note?: string,
): Kpi {
  const made: Kpi = { name, value, unit, target, alert, direction, status };
  if (orEqual !== undefined) made.orEqual = orEqual;
  if (of !== undefined) made.of = of;
  if (note !== undefined && note !== '') made.note = note;
  return made;
}
