// Style, part 4b: memory: the stacked classes, trends, and the cards of leaks.
export const memoryStyle = `
:root {
  --external: light-dark(#2f5f96, #8fbdf0);
  --native: light-dark(#6a3fa0, #c7a6f2);
}
.class { stroke: var(--paper); stroke-width: 0.75; }
svg .class.live { fill: var(--accent); fill-opacity: 0.85; }
svg .class.garbage { fill: var(--accent); fill-opacity: 0.45; }
svg .class.reserved { fill: var(--accent); fill-opacity: 0.16; }
svg .class.external { fill: var(--external); fill-opacity: 0.6; }
svg .class.native { fill: var(--native); fill-opacity: 0.5; }
svg .class.rest { fill: var(--soft); fill-opacity: 0.4; }
.full-gc { stroke: var(--ink); stroke-width: 1; }
.trend .trend { stroke: var(--tone); stroke-width: 2; stroke-dasharray: 7 4; }
svg path.band { fill: var(--tone); fill-opacity: 0.16; stroke: none; }
.chart.bad, .leak.bad { --tone: var(--bad); }
.chart.warn, .leak.warn { --tone: var(--warn); }
#memory details.fold { margin-top: 14px; }
#memory details.fold .scroll { margin-top: 6px; }
#memory h3.handles { margin: 22px 0 6px; }
.meanings { font-size: 12px; margin-top: 10px; }
.meanings div { display: grid; grid-template-columns: 110px minmax(0, 1fr); gap: 10px; }
.meanings dt { font-weight: 600; }
.meanings dd { color: var(--soft); }
.leak { background: var(--panel); border: 1px solid var(--line); border-left: 3px solid var(--tone); border-radius: 4px; padding: 14px 18px 16px; margin-bottom: 14px; }
.leak h3 { font-size: 14px; }
.leak h3 .tag { margin-right: 6px; }
.leak h4 { margin: 0 0 2px; font-size: 12px; font-weight: 500; color: var(--soft); }
.leak p + h4 { margin-top: 10px; }
.leak .culprit { font-size: 17px; line-height: 1.5; font-weight: 600; margin-top: 8px; max-width: 100ch; overflow-wrap: anywhere; }
.leak .message { margin-top: 6px; max-width: 100ch; overflow-wrap: anywhere; }
.leak .alert-parts { font-size: 13px; }
.leak .alert-parts ol { margin: 0; padding-left: 18px; }
.leak .retainers { color: var(--soft); }
.leak .retainers code { color: var(--ink); }
.facts { display: flex; flex-wrap: wrap; gap: 8px 34px; margin-top: 12px; }
.facts dt { color: var(--soft); font-size: 12px; }
.facts dd { font-weight: 600; }
.no-leaks { list-style: none; padding: 0; margin-bottom: 10px; color: var(--soft); font-size: 13px; }
.no-leaks li { overflow-wrap: anywhere; }
`;
