// report.html: a whole run so far as one file that opens from disk, reaches no network, and runs no script but its own.
import { createHash } from 'node:crypto';
import { relative, resolve, sep } from 'node:path';
import { FLAME_CLIENT } from '../../flame/draw/html/client/flame-client.js';
import { formatTime } from '../../flame/draw/page/figures.js';
import { html, jsonForScript, Markup } from '../../flame/draw/page/markup.js';
import type { RunSummary } from '../report-types.js';
import { pageScript } from './client/main.js';
import type { ToDirectory } from './file-link.js';
import { pageData } from './page-data.js';
import { agentSection } from './sections/agent.js';
import { cpuSection } from './sections/cpu.js';
import { findingsLinks, findingsSections } from './sections/findings.js';
import { memorySection } from './sections/memory.js';
import { rulesSection } from './sections/rules.js';
import { runtimeSection } from './sections/runtime.js';
import { summarySection } from './sections/summary.js';
import { pageStyle } from './style/page-style.js';

/** Two scripts that share no name, in one element: one hash. */
const SCRIPT = `${pageScript}${FLAME_CLIENT}`;
/** Script and style are constants, so their hashes are taken once. */
const POLICY = [
  "default-src 'none'",
  `script-src '${hashOf(SCRIPT)}'`,
  `style-src '${hashOf(pageStyle)}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M2 14V9h3v5zm4.5 0V2h3v12zM11 14V6h3v8z' fill='%230d6b74'/%3E%3C/svg%3E";

export interface RunHtmlOptions {
  /** Where the page will be, for links to flame files. Default: the run directory of its process; where there are several, files are named without a link. */
  directory?: string;
}

/**
 * The page of a run. Application text is escaped on its way into markup and into the page's data alike, and the content security
 * policy admits only this script and this style, by hash. Histograms stay out of the page: it holds pictures of the 300 largest.
 */
export function renderRunHtml(run: RunSummary, { directory }: RunHtmlOptions = {}): string {
  const toDirectory = linksFrom(run, directory);
  const links: [string, string][] = [
    ...findingsLinks(run),
    ['paths', 'Paths'],
    ['timelines', 'Timelines'],
    ['memory', 'Memory'],
    ['cpu', 'CPU'],
    ['distributions', 'Distributions'],
    ['counters', 'Counters'],
    ['gauges', 'Gauges'],
    ['runtime', 'Runtime'],
    ['agent', 'pitot itself'],
    ...(run.rules.length > 0 ? [['rules', 'Rules'] as [string, string]] : []),
  ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${run.service} – pitot report, ${formatTime(run.endAt)} UTC</title>
<link rel="icon" href="${ICON}">
<style>${new Markup(pageStyle)}</style>
</head>
<body>
<nav class="top" aria-label="Sections"><b>pitot</b>${links.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}<button type="button" id="theme" hidden>Dark</button></nav>
<main>
${summarySection(run)}
<noscript><p class="notes">Tables and timelines are drawn by this page’s own script, which is switched off here.</p></noscript>
${findingsSections(run, toDirectory)}
<section id="paths"><h2>Paths</h2></section>
<section id="timelines"><h2>Timelines</h2></section>
${memorySection(run)}
${cpuSection(run, run.processes.length === 1 ? toDirectory(0) : null)}
<section id="distributions"><h2>Distributions</h2></section>
<div class="pair">
<section id="counters"><h2>Counters</h2></section>
<section id="gauges"><h2>Gauges</h2></section>
</div>
${runtimeSection(run)}
${agentSection(run)}
${run.rules.length > 0 && rulesSection(run.rules)}
</main>
<footer>Total time is mean × count. A path that runs inside another is counted in both, so shares compare paths and do not add up to the run. All times are UTC.</footer>
<script type="application/json" id="pitot-data">${new Markup(jsonForScript(pageData(run)))}</script>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text;
}

function linksFrom(run: RunSummary, directory?: string): ToDirectory {
  if (directory === undefined) return () => (run.processes.length === 1 ? '' : null);
  return (process) => {
    const to = relative(resolve(directory), resolve(run.processes[process]?.directory ?? ''))
      .split(sep)
      .join('/');
    return to === '' ? '' : `${to}/`;
  };
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
