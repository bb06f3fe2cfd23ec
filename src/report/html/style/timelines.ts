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
.cursor { stroke: var(--ink); stroke-opacity: 0.6; }
`;
