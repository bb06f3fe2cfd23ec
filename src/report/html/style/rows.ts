// Style, part 3: the tables that sort and filter, their pictures, and the opened row.
export const rowsStyle = `
.tools { display: flex; align-items: center; flex-wrap: wrap; gap: 8px 16px; margin-bottom: 8px; font-size: 13px; color: var(--soft); }
.tools input { width: 300px; padding: 5px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); color: var(--ink); }
.tools input::placeholder { color: var(--soft); opacity: 1; }
.tools.few input { display: none; }
.tools .legend { margin-left: auto; }
.sorter { display: none; }
.sorter select, .flip { border: 1px solid var(--line); border-radius: 6px; background: var(--panel); color: var(--ink); padding: 4px 8px; min-height: 32px; }
.flip { width: 34px; cursor: pointer; margin-left: 4px; }
.more { display: block; margin: 12px 0 0; border: 1px solid var(--line); background: var(--panel); border-radius: 6px; padding: 6px 16px; cursor: pointer; }
.more:hover { background: var(--raised); }
.more[hidden] { display: none; }

table.rows { font-size: 13px; }
table.counters, table.gauges { width: 100%; }
.rows thead th { position: sticky; top: 0; z-index: 2; background: var(--paper); border-bottom: 1px solid var(--line); padding: 4px 8px; text-align: left; vertical-align: bottom; font-weight: 500; color: var(--soft); font-size: 12px; white-space: nowrap; }
.rows thead th.figure { text-align: right; }
.rows thead button { position: relative; border: 0; background: none; padding: 2px 0; font: inherit; color: inherit; cursor: pointer; }
.rows thead button:hover { color: var(--ink); }
.rows thead button::after { content: '↓'; content: '↓' / ''; position: absolute; left: 100%; width: 12px; text-align: center; visibility: hidden; }
.rows thead .figure button::after { left: auto; right: 100%; }
.rows thead button:hover::after { visibility: visible; opacity: 0.5; }
.rows thead [aria-sort] { color: var(--ink); font-weight: 650; }
.rows thead [aria-sort] button::after { visibility: visible; opacity: 1; color: var(--accent); }
.rows thead [aria-sort='ascending'] button::after { content: '↑'; content: '↑' / ''; }
.rows tbody th, .rows tbody td { padding: 6px 8px; border-bottom: 1px solid var(--faint); vertical-align: middle; font-weight: 400; text-align: left; }
.rows thead th:first-child, .rows tbody th { padding-left: 0; }
.rows .figure { text-align: right; white-space: nowrap; }
.rows thead th:last-child, .rows tbody td:last-child:not([colspan]) { padding-right: 0; }
.rows tbody th { width: 28%; min-width: 210px; line-height: 1.55; overflow-wrap: anywhere; }
.rows.counters tbody th, .rows.gauges tbody th { width: auto; min-width: 140px; }
.rows tbody tr:not(.detail):not(.none):hover > * { background: var(--raised); }
.rows tbody tr:not(.detail):hover .chip { background: var(--paper); }
.paths tbody tr:not(.detail):not(.none), .distributions tbody tr:not(.detail):not(.none) { cursor: pointer; }
a.name { color: inherit; text-decoration: none; font-weight: 600; }
tr:hover > th a.name { text-decoration: underline; text-decoration-color: var(--accent); }
.rows tbody tr.open:not(.detail):not(.none) > * { background: var(--accent-wash); border-bottom-color: transparent; }
.rows tr.open > th { box-shadow: inset 3px 0 var(--accent); padding-left: 10px; }
.note { display: inline-block; margin-left: 2px; font-size: 11.5px; line-height: 18px; padding: 0 6px; border-radius: 4px; color: var(--soft); border: 1px solid var(--line); white-space: nowrap; }
.note.warn { color: var(--warn); border-color: currentColor; }
.total { min-width: 118px; }
.share { color: var(--soft); margin-left: 2px; display: inline-block; min-width: 54px; }
.share.bad { color: var(--bad); }
.errors .share { display: block; margin: 0; }
.nil { color: var(--soft); }
.bar { display: block; width: 100%; height: 4px; margin-top: 3px; background: var(--raised); }
.bar rect { fill: var(--accent); }
.picture { width: 184px; }
svg.shape { display: block; width: 168px; height: 26px; }
svg.scale { display: block; width: 168px; height: 13px; overflow: visible; }
svg text { font-size: 11px; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg path { fill: none; }
.shape .fill, .large .fill { fill: var(--accent-fill); }
.grid { stroke: var(--line); }
.shape path { vector-effect: non-scaling-stroke; }
.shape .p50 { stroke: var(--ink); stroke-width: 1; }
.shape .p99 { stroke: var(--accent); stroke-width: 2; }
.no-picture { color: var(--soft); font-size: 12px; }
.rows tr.detail > td { padding: 14px 16px 18px; background: var(--panel); border-bottom: 1px solid var(--line); box-shadow: inset 3px 0 var(--accent); cursor: default; }
svg.large { display: block; max-width: 100%; height: auto; }
.large .mark { stroke: var(--ink); stroke-width: 1; }
.large text.mark { fill: var(--ink); stroke: none; font-size: 11.5px; }
.base { stroke: var(--soft); }
.large .hit { fill: transparent; }
.large .hit:hover { fill: var(--accent); fill-opacity: 0.25; }
.legend { color: var(--soft); font-size: 12px; max-width: 100ch; }
.detail dl { display: flex; flex-wrap: wrap; gap: 8px 28px; margin: 12px 0 8px; }
.detail dt { color: var(--soft); font-size: 12px; }
.detail dd { font-weight: 600; }
.detail dd .unit { font-weight: 400; }
`;
