// What a reader must know before trusting the figures: losses, sampling, limits that were hit, faults. Nothing where there is nothing to know.

import { formatCount, formatRatio } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import { leaksInWords } from '../../leak-words.js';
import type { RunSummary } from '../../report-types.js';

export function readingNotes(run: RunSummary): Markup | null {
  const { records, agent } = run;
  const notes: Markup[] = [];
  const firing = run.alerts.filter((alert) => alert.state === 'firing').length;
  const many = (count: number, one: string, more: string): string => `${formatCount(count)} ${count === 1 ? one : more}`;
  if (firing > 0) notes.push(html`<b>${many(firing, 'alert fires', 'alerts fire')}</b>: see <a href="#alerts">alerts</a>.`);
  const leaks = leaksInWords(run.leaks);
  if (leaks !== '') notes.push(html`<b>${leaks}</b>: see <a href="#leaks">leaks</a>.`);
  if (run.stalls.length > 0)
    notes.push(html`The event loop <b>stalled ${many(run.stalls.length, 'time', 'times')}</b>: see <a href="#stalls">stalls</a>.`);
  if (records.dropped > 0) {
    const ratio = formatRatio(records.dropped / Math.max(1, records.recorded));
    notes.push(
      html`<b>${many(records.dropped, 'call was', 'calls were')} dropped</b> (${ratio}), because a ring was full: counted, but missing from the percentiles.`,
    );
  }
  if (records.sampledOut > 0) {
    notes.push(
      html`<b>${many(records.sampledOut, 'call was', 'calls were')} not timed</b>, to stay within the overhead budget: counts are exact, percentiles are of the timed calls, weighted.`,
    );
  }
  if (records.overflowed > 0)
    notes.push(
      html`<b>${many(records.overflowed, 'call', 'calls')}</b> beyond the limit of distinct paths ${records.overflowed === 1 ? 'stands' : 'stand'} together as <code>pitot.overflow</code>.`,
    );
  if (records.rejected > 0)
    notes.push(html`<b>${many(records.rejected, 'duration was', 'durations were')} rejected</b>: negative, infinite or not a number.`);
  if (records.clamped > 0)
    notes.push(
      html`<b>${many(records.clamped, 'duration', 'durations')}</b> above one hour ${records.clamped === 1 ? 'was' : 'were'} recorded as one hour.`,
    );
  if (agent.restarts > 0)
    notes.push(
      html`<b>${many(agent.restarts, 'thread', 'threads')} of pitot’s own</b> died and ${agent.restarts === 1 ? 'was' : 'were'} replaced: see <a href="#agent">pitot itself</a>.`,
    );
  if (agent.faults.length > 0)
    notes.push(html`pitot met <b>${many(agent.faults.length, 'kind', 'kinds')} of fault</b>: see <a href="#agent">pitot itself</a>.`);
  if (typeof run.config.timeScale === 'number' && run.config.timeScale !== 1)
    notes.push(html`Diagnosis ran at <b>${run.config.timeScale} times</b> its normal speed (timeScale).`);
  if (notes.length === 0) return null;
  return html`<ul class="notes" aria-label="Notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`;
}
