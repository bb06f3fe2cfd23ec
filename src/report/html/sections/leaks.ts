// What leaks or may leak: a card each, with what is most likely leaking in a sentence, who else it may be, the figures behind it, and its files.
import { formatRatio, formatTime } from '../../../flame/draw/page/figures.js';
import { html, type Markup } from '../../../flame/draw/page/markup.js';
import { allocationNote, leakKind, leakRate, leaksInWords, messageAlone, noLeak, timeToLimit } from '../../leak-words.js';
import type { Leak, LeakFile, RunLeak, RunSummary } from '../../report-types.js';
import { fileLink, type ToDirectory } from '../file-link.js';
import { place } from './place.js';
import { tag } from './tag.js';
import { unbroken } from './unbroken.js';

/** Cards that are shown before the rest folds away. */
const CARDS_SHOWN = 6;

export function leaksSection(run: RunSummary, toDirectory: ToDirectory): Markup {
  const cards = run.leaks.filter(({ verdict }) => verdict !== 'none').map((leak) => card(leak, run, toDirectory(leak.process ?? 0)));
  const rest = cards.slice(CARDS_SHOWN);
  return html`<section id="leaks"><h2>Leaks <small>${leaksInWords(run.leaks)}, times in UTC; the levels are under <a href="#memory">memory</a></small></h2>
${cards.slice(0, CARDS_SHOWN)}
${rest.length > 0 && html`<details class="fold"><summary>${rest.length} more</summary>${rest}</details>`}
${noLeaks(run)}</section>`;
}

/** A quiet line each. */
export function noLeaks(run: RunSummary): Markup | null {
  const lines = run.leaks.filter(({ verdict }) => verdict === 'none');
  if (lines.length === 0) return null;
  return html`<ul class="no-leaks">${lines.map((leak) => html`<li>${unbroken(noLeak(leak))}</li>`)}</ul>`;
}

function card(leak: RunLeak, run: RunSummary, to: string | null): Markup {
  const { verdict, culprit, suspects, evidence, whyNot, files } = leak;
  const others = suspects.filter((suspect) => suspect !== culprit && suspect.sentence !== culprit?.sentence);
  return html`<article class="leak ${verdict === 'leak' ? 'bad' : 'warn'}">
<h3>${tag(verdict, verdict === 'leak' ? 'bad' : 'warn')} ${leakKind(leak)}${leak.process !== undefined && html` <span class="chip"><i>pid</i> ${run.processes[leak.process]?.pid}</span>`}</h3>
${culprit !== null && html`<p class="culprit">${unbroken(culprit.sentence)}</p>`}
<p class="message">${unbroken(messageAlone(leak))}</p>
${facts(leak)}
<div class="alert-parts">
${list('Why it is no alarm (yet)', whyNot === '' ? [] : [whyNot])}
${list('Evidence', evidence)}
${culprit !== null && held(leak)}
${others.length > 0 && html`<div><h4>Else it may be</h4><ol>${others.map(({ sentence }) => html`<li>${unbroken(sentence)}</li>`)}</ol></div>`}
${files.length > 0 && html`<div><h4>Files</h4><ul>${files.map((it) => html`<li>${file(it, to)}</li>`)}</ul></div>`}
</div></article>`;
}

function facts(leak: Leak): Markup {
  const { verdict, confidence, since } = leak;
  const rows = [
    ['Growth', leakRate(leak)],
    ['At this rate', timeToLimit(leak)],
    ['Since, UTC', formatTime(since)],
    [verdict === 'leak' ? 'Confidence' : 'Confidence so far', formatRatio(confidence)],
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => value !== '' && html`<div><dt>${name}</dt><dd>${unbroken(value)}</dd></div>`)}</dl>`;
}

const list = (title: string, lines: readonly string[]): Markup | false =>
  lines.length > 0 && html`<div><h4>${title}</h4><ul>${lines.map((line) => html`<li>${unbroken(line)}</li>`)}</ul></div>`;

/** Who made the objects, and the way from the root to them. */
function held(leak: Leak): Markup | false {
  const { allocation = null, retainers = [] } = leak.culprit ?? {};
  const note = allocationNote(leak);
  if (note === '' && retainers.length === 0) return false;
  return html`<div>${note !== '' && html`<h4>Allocated in</h4><p>${allocation === null ? 'not known; of the others' : [place(allocation), allocation.ratio > 0 && `, ${formatRatio(allocation.ratio)} of the growth`]}, ${note}</p>`}
${retainers.length > 0 && html`<h4>Held by, from the root on</h4><p class="retainers">${retainers.map((retainer, index) => html`${index > 0 && ' › '}<code>${retainer}</code>`)}</p>`}</div>`;
}

const file = ({ path, note }: LeakFile, to: string | null): Markup =>
  html`${path !== '' && fileLink(path, to)}${path !== '' && note !== '' ? ` (${note})` : note}`;
