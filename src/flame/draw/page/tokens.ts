// Style of every page: colours for light and dark, type, and the elements every part shares. One accent; red and amber only where something is wrong.
export const tokensStyle = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#faf9f6, #14171a);
  --panel: light-dark(#ffffff, #1a1e22);
  --raised: light-dark(#f1f0eb, #232830);
  --ink: light-dark(#1b1e22, #e6e8ea);
  --soft: light-dark(#5a616a, #9ba4ae);
  --line: light-dark(#e3e1da, #2c3239);
  --faint: light-dark(#eeece6, #242a30);
  --accent: light-dark(#0d6b74, #56c7cf);
  --accent-fill: light-dark(#8ec5c8, #2f6d73);
  --accent-wash: light-dark(#e2f0f0, #1b3437);
  --bad: light-dark(#b3261e, #ff8f85);
  --bad-wash: light-dark(#fbe9e7, #3b2120);
  --warn: light-dark(#8a5300, #e6b35a);
  --warn-wash: light-dark(#fbf0dc, #362a15);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', Menlo, Consolas, 'Liberation Mono', monospace;
}
:root[data-theme='light'] { color-scheme: light; }
:root[data-theme='dark'] { color-scheme: dark; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 14px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main, nav.top, footer { max-width: 1480px; margin: 0 auto; padding: 0 32px; }
h1, h2, h3, p, dl, dd, ul { margin: 0; }
h1 { font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { font-size: 18px; line-height: 1.3; font-weight: 650; letter-spacing: -0.005em; margin-bottom: 12px; }
h3 { font-size: 13px; font-weight: 650; }
h3 small, h2 small { font-weight: 400; color: var(--soft); font-size: 12px; }
section { padding: 28px 0 0; scroll-margin-top: 8px; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
code { font: 0.93em var(--mono); overflow-wrap: anywhere; }
button, input, select { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.empty { color: var(--soft); max-width: 76ch; }
.unit { color: var(--soft); }
.chip {
  display: inline-block; padding: 0 6px; border-radius: 4px; background: var(--raised); color: var(--ink);
  font-size: 11.5px; line-height: 18px; font-weight: 400; overflow-wrap: anywhere; white-space: normal;
}
.chip i { font-style: normal; color: var(--soft); }
.tag { display: inline-block; padding: 0 7px; border-radius: 4px; font-size: 12px; line-height: 19px; background: var(--raised); white-space: nowrap; }
.tag.bad { background: var(--bad-wash); color: var(--bad); }
.tag.warn { background: var(--warn-wash); color: var(--warn); }
`;
