// Style, part 4: the run's timelines.
export const timelinesStyle = `
.moment { color: var(--soft); font-size: 13px; margin-bottom: 6px; }
.stack { touch-action: pan-y; }
.chart { display: grid; grid-template-columns: 250px minmax(0, 1fr); column-gap: 16px; padding: 10px 0; border-top: 1px solid var(--faint); }
.chart:first-child { border-top: 0; }
.chart.axis { border-top: 0; padding: 0; }
.key-column p { color: var(--soft); font-size: 12px; line-height: 1.35; margin-bottom: 3px; }
.key-column dl { font-size: 12px; line-height: 1.45; }
.key-column dl div { display: flex; gap: 8px; justify-content: space-between; }
.key-column dt { color: var(--soft); }
.key-column dd { white-space: nowrap; }
.key { width: 16px; height: 8px; margin-right: 8px; }
.plot svg, .times svg { display: block; width: 100%; height: auto; overflow: visible; }
.line { stroke-width: 1.25; stroke-linejoin: round; }
.line.accent { stroke: var(--accent); stroke-width: 1.5; }
.line.ink { stroke: var(--ink); }
.line.quiet { stroke: var(--soft); stroke-opacity: 0.75; }
.line.dotted { stroke: var(--soft); stroke-dasharray: 2 3; }
svg path.area { fill: var(--accent); fill-opacity: 0.14; }
svg path.bars { fill: var(--accent-fill); }
.limit { stroke: var(--bad); stroke-dasharray: 6 4; }
svg text.limit { stroke: none; fill: var(--bad); }
.plot .cursor { stroke: var(--ink); stroke-opacity: 0.6; pointer-events: none; }
.moment .told { margin-left: 14px; color: var(--ink); }
.moment .told small { color: var(--soft); }
.stall-lane { padding-bottom: 2px; }
.stall { cursor: pointer; outline: none; }
.stall .reach { fill: transparent; }
.stall .span { fill: var(--verdict); fill-opacity: 0.15; }
.stall path.edge { stroke: var(--verdict); stroke-width: 1; }
.stall.gc path.edge { stroke-dasharray: 6 3; }
.stall.starved path.edge { stroke-dasharray: 2 2; }
.stall.waiting path.edge { stroke-dasharray: 10 3 2 3; }
.stall .lane-bar, .stall path.shape, .stall-mark path { fill: var(--verdict); }
.stall:hover .span { fill-opacity: 0.32; }
.stall text.stall-words { fill: var(--ink); }
.stall:hover text.stall-words { text-decoration: underline; }
.stall:focus-visible .reach { stroke: var(--accent); stroke-width: 2; }
.stall-mark { width: 12px; height: 12px; vertical-align: -1px; }
.executing { --verdict: light-dark(#b3261e, #ff8f85); }
.gc { --verdict: light-dark(#8a5300, #e6b35a); }
.starved { --verdict: light-dark(#6a3fa0, #c7a6f2); }
.waiting { --verdict: light-dark(#2f5f96, #8fbdf0); }
`;
