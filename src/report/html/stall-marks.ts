// How a stall's verdict looks and what it means: a shape as well as a colour, the same in the list and on the timelines.
import { html, type Markup } from '../../flame/draw/page/markup.js';
import type { Stall } from '../report-types.js';

/** Outlines within 12 × 12. */
export const VERDICT_SHAPES: Record<Stall['verdict'], string> = {
  executing: 'M6 .8L11.6 11H.4Z',
  gc: 'M6 0L12 6L6 12L0 6Z',
  starved: 'M1 1H11V11H1Z',
  waiting: 'M6 .6A5.4 5.4 0 1 1 6 11.4A5.4 5.4 0 1 1 6 .6Z',
};

export const VERDICT_MEANINGS: Record<Stall['verdict'], string> = {
  executing: 'code ran',
  gc: 'garbage was collected',
  starved: 'ready to run, but given no CPU',
  waiting: 'waited inside a synchronous call',
};

export const VERDICTS = Object.keys(VERDICT_SHAPES) as Stall['verdict'][];

/** A report of a later version may know more verdicts. */
const isKnown = (verdict: string): verdict is Stall['verdict'] => Object.hasOwn(VERDICT_SHAPES, verdict);

export function verdictMark(verdict: Stall['verdict']): Markup {
  if (!isKnown(verdict)) return html``;
  return html`<svg class="stall-mark ${verdict}" viewBox="0 0 12 12" aria-hidden="true"><path d="${VERDICT_SHAPES[verdict]}"/></svg>`;
}
