// A flame graph as a page of its own: opens from disk, reaches no network, runs no script but its own.
import { createHash } from 'node:crypto';
import type { CallNode } from '../../call-tree.js';
import type { DiffNode } from '../diff-node.js';
import { domScript } from '../page/dom-script.js';
import { html, Markup } from '../page/markup.js';
import { themeScript } from '../page/theme-script.js';
import { tokensStyle } from '../page/tokens.js';
import { FLAME_CLIENT } from './client/flame-client.js';
import { flameSection } from './flame-section.js';
import { FLAME_STYLE } from './flame-style.js';

export interface FlamePageOptions {
  /** Whose profile it is. */
  title: string;
  /** When, which window, how many samples. */
  subtitle?: string;
  /** Keeps idle time. Default false. */
  idle?: boolean;
  /** Opens dark or light, whatever the reader's system prefers. Default: as the system. */
  dark?: boolean;
}

const STYLE = `${tokensStyle}${FLAME_STYLE}
main { padding-top: 18px; padding-bottom: 24px; }
header { display: flex; align-items: baseline; flex-wrap: wrap; gap: 0 20px; margin-bottom: 10px; }
h1 { font-size: 22px; }
header p { color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
#theme { margin-left: auto; border: 1px solid var(--line); background: var(--panel); border-radius: 6px; padding: 3px 12px; cursor: pointer; }
@media (max-width: 700px) { main { padding-left: 14px; padding-right: 14px; } }
`;
const SCRIPT = `'use strict';
{
${domScript}${themeScript}
themeToggle();
}
${FLAME_CLIENT}`;

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
const POLICY = ["default-src 'none'", `script-src '${hashOf(SCRIPT)}'`, `style-src '${hashOf(STYLE)}'`, "base-uri 'none'", "form-action 'none'"].join(
  '; ',
);

/** The interactive flame graph of a call tree, root on top, as a page. */
export function flameHtml(root: CallNode, options: FlamePageOptions): string {
  return pageOf(root, options, 'Flame graph');
}

/** The interactive differential flame graph: red for more, blue for less, grey for noise; widths as in diffSvg. */
export function diffHtml(root: DiffNode, options: FlamePageOptions): string {
  return pageOf(root, options, 'Differential flame graph');
}

function pageOf(root: CallNode | DiffNode, { title, subtitle = '', idle, dark }: FlamePageOptions, what: string): string {
  const theme = dark === undefined ? false : html` data-theme="${dark ? 'dark' : 'light'}"`;
  return html`<!doctype html>
<html lang="en"${theme}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title} – ${what.toLowerCase()}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<header><h1>${title}</h1><p>${subtitle}</p><button type="button" id="theme" hidden>Dark</button></header>
${flameSection('flame', root, { label: `${what} of ${title}`, idle, takesFind: true })}
</main>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text;
}
