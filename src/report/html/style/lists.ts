// Style, part 5: lists whose rows open: stalls, and paths by CPU time; the table of functions.
export const listsStyle = `
.figures.six { grid-template-columns: repeat(6, minmax(0, 1fr)); margin-bottom: 22px; }
#cpu > h3 { margin-top: 26px; margin-bottom: 8px; }
#cpu > h3 small { margin-left: 4px; }
.files { color: var(--soft); font-size: 12px; margin-top: 10px; overflow-wrap: anywhere; }
.verdicts { display: flex; flex-wrap: wrap; gap: 2px 22px; margin-bottom: 12px; font-size: 13px; color: var(--soft); }
.verdicts b { color: var(--ink); font-weight: 600; }

table.functions { width: 100%; }
table.functions tbody tr:has([data-find]) { cursor: pointer; }
table.functions tbody tr:hover > * { background: var(--raised); }
table.functions th[scope='row'] { color: var(--ink); padding: 2px 20px 2px 0; border-bottom-color: var(--faint); font-size: 13px; white-space: normal; overflow-wrap: anywhere; }
table.functions td { padding: 2px 20px 2px 0; vertical-align: middle; }
table.functions .figure { padding-right: 14px; width: 58px; }
table.functions .spread { width: 164px; padding-right: 14px; }
table.functions th:nth-child(4) { width: 34%; }
table.functions th:nth-child(3), table.functions td:nth-child(3) { padding-right: 30px; }
table.functions .place { color: var(--soft); font: 12px var(--mono); overflow-wrap: anywhere; max-width: none; }
.bar rect.of { fill: var(--accent-fill); fill-opacity: 0.5; }
.find { border: 0; padding: 2px 0; background: none; font: 600 12.5px/1.5 var(--mono); color: inherit; text-align: left; cursor: pointer; overflow-wrap: anywhere; }
tr:hover .find { text-decoration: underline; text-decoration-color: var(--accent); text-underline-offset: 3px; }

.list { font-size: 13px; }
.list .head, .list .line, .list .item > summary { display: grid; column-gap: 20px; align-items: baseline; padding: 6px 10px 6px 18px; border-bottom: 1px solid var(--faint); }
.list .head { color: var(--soft); font-size: 12px; font-weight: 500; border-bottom-color: var(--line); padding-top: 4px; padding-bottom: 4px; }
.stalls .head, .stalls .item > summary { grid-template-columns: 92px 72px 142px 96px minmax(0, 1fr); }
.cpu-paths .head, .cpu-paths .line, .cpu-paths .item > summary { grid-template-columns: minmax(0, 1fr) 90px 64px 190px 80px 80px; }
.list .figure { text-align: right; white-space: nowrap; }
.list .figure i { display: none; }
.list summary { list-style: none; width: auto; position: relative; }
.list summary::-webkit-details-marker { display: none; }
.list .item > summary::before, .list .rest > summary::before { content: ''; position: absolute; left: 3px; top: 12px; border: 4px solid transparent; border-left: 6px solid var(--soft); border-right: 0; }
.list [open] > summary::before { transform: rotate(90deg); }
.list .rest > summary { padding: 8px 0 8px 18px; color: var(--accent); }
.list .item > summary:hover { background: var(--raised); }
.list .item[open] > summary { background: var(--accent-wash); border-bottom-color: transparent; box-shadow: inset 3px 0 var(--accent); }
.list .item { scroll-margin-top: 8px; }
.list .body { padding: 12px 16px 18px; background: var(--panel); border-bottom: 1px solid var(--line); box-shadow: inset 3px 0 var(--accent); }
/* Without a width a graph is not drawn before its row is opened. */
.list details:not([open]) > .body { display: none; }
.list .body > .flame { margin-top: 14px; }
.list .sum { border-top: 1px solid var(--line); border-bottom: 0; font-weight: 600; }
.list .name { overflow-wrap: anywhere; }
.list .name b { font-weight: 600; }
.list .bar, .functions .bar { margin: 0; height: 6px; vertical-align: middle; }
#flame-window .flame-view { max-height: min(80vh, 560px); }
.list .flame-view { max-height: min(70vh, 460px); }
.verdict-cell { white-space: nowrap; font-weight: 600; }
.where, .thread { overflow-wrap: anywhere; }
.where code { font-weight: 600; }
.where small, .blame small { color: var(--soft); font: 12px var(--mono); }
.reason { grid-column: 3 / -1; color: var(--soft); overflow-wrap: anywhere; }
.blame { list-style: none; margin: 8px 0 0; padding: 0; }
.blame li { display: flex; gap: 12px; align-items: baseline; flex-wrap: wrap; padding: 1px 0; overflow-wrap: anywhere; }
.blame .figure { min-width: 54px; }
`;
