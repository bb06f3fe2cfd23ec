// Style, part 6: narrow screens, where a table's rows become cards, and paper.
export const mediaStyle = `
@media (min-width: 1240px) {
  #paths > .scroll, #distributions > .scroll { overflow-x: visible; }
}
@media (max-width: 1239px) {
  .figures { grid-template-columns: repeat(4, minmax(0, 1fr)); }
  .figures div:nth-child(4n + 1) { border-left: 0; padding-left: 0; }
  .figures div:nth-child(n + 5) { border-top: 1px solid var(--line); }
  .figures.six { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .figures.six div:nth-child(4n + 1) { border-left: 1px solid var(--line); padding-left: 14px; }
  .figures.six div:nth-child(3n + 1) { border-left: 0; padding-left: 0; }
  .figures.six div:nth-child(n + 4) { border-top: 1px solid var(--line); }
  .cpu-paths .head, .cpu-paths .line, .cpu-paths .item > summary { grid-template-columns: minmax(0, 1fr) 80px 60px 90px 70px 60px; column-gap: 14px; }
  .rows tbody tr:not(.detail) > th, .rows thead th:first-child { position: sticky; left: 0; z-index: 1; background: var(--paper); }
  .rows thead th:first-child { z-index: 3; }
  .rows tbody th { min-width: 230px; max-width: 300px; }
  .rows tr.detail > td > * { position: sticky; left: 16px; }
}
@media screen and (max-width: 760px) {
  body { font-size: 15px; }
  main, nav.top, footer { padding-left: 16px; padding-right: 16px; }
  h1 { font-size: 26px; }
  section { padding-top: 32px; }
  .verdict { font-size: 16px; }
  nav.top { gap: 4px 16px; }
  nav.top a { padding: 4px 0; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .figures div:nth-child(odd) { border-left: 0; padding-left: 0; }
  .figures div:nth-child(even) { border-left: 1px solid var(--line); padding-left: 14px; }
  .figures div:nth-child(n + 3) { border-top: 1px solid var(--line); }
  .columns, .pair { grid-template-columns: minmax(0, 1fr); }

  .tools input { width: 100%; min-height: 40px; font-size: 16px; }
  .tools .legend { margin-left: 0; }
  .sorter { display: inline-flex; align-items: center; gap: 6px; }
  #paths .scroll, #distributions .scroll, #counters .scroll, #gauges .scroll { overflow-x: visible; }
  .more { width: 100%; min-height: 44px; }
  table.rows, .rows tbody { display: block; }
  .rows thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .rows tbody tr { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 6px 10px; padding: 14px 0; border-bottom: 1px solid var(--line); }
  .rows tbody tr:not(.detail) > th, .rows tbody tr > td { display: block; position: static; width: auto; min-width: 0; max-width: none; padding: 0; border: 0; background: none; }
  .rows tbody tr:not(.detail) > th { grid-column: 1 / -1; font-size: 15px; }
  .rows tbody tr > td { font-size: 14px; white-space: nowrap; text-align: left; }
  .rows tbody tr > td.figure { text-align: left; }
  .rows tbody td[data-name]::before { content: attr(data-name); display: block; color: var(--soft); font-size: 11.5px; line-height: 1.3; }
  .rows tbody td.picture { grid-column: 1 / -1; }
  .rows tbody td.picture::before { display: none; }
  svg.shape { width: 100%; height: 34px; }
  .rows tbody td.total { grid-column: span 2; }
  .errors .share { display: inline; margin-left: 4px; }
  .rows tbody tr.open { background: var(--accent-wash); margin: 0 -16px; padding-left: 16px; padding-right: 16px; }
  .rows tbody tr:not(.detail):not(.none):hover > *, .rows tbody tr.open:not(.detail):not(.none) > * { background: none; }
  .rows tbody tr.open > th { box-shadow: none; padding-left: 0; }
  .rows tbody tr.detail { display: block; margin: 0 -16px; padding: 12px 16px 16px; background: var(--panel); }
  .rows tbody tr.detail > td { white-space: normal; box-shadow: none; }
  .rows tr.detail > td > * { position: static; }
  .chart { grid-template-columns: minmax(0, 1fr); row-gap: 8px; padding: 14px 0; }
  .chart.axis { padding: 0; }
  .key-column dl { display: flex; flex-wrap: wrap; gap: 0 18px; }
  .records { font-size: 15px; }

  .figures.six { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .figures.six div:nth-child(n) { border-left: 1px solid var(--line); padding-left: 14px; border-top: 1px solid var(--line); }
  .figures.six div:nth-child(odd) { border-left: 0; padding-left: 0; }
  .figures.six div:nth-child(-n + 2) { border-top: 0; }
  .list .head { display: none; }
  .list .line, .list .item > summary { padding-top: 10px; padding-bottom: 10px; row-gap: 3px; }
  .list .item > summary::before { top: 16px; }
  .stalls .item > summary { grid-template-columns: auto auto minmax(0, 1fr); column-gap: 14px; justify-content: start; }
  .stalls .thread { justify-self: end; }
  .stalls .where { grid-column: 1 / -1; grid-row: 2; }
  .stalls time { grid-column: 1 / -1; grid-row: 4; color: var(--soft); font-size: 13px; }
  .stalls .reason { grid-column: 1 / -1; grid-row: 3; font-size: 13px; }
  .list .body { margin: 0 -16px; padding: 12px 16px 16px; }
  .alerts .item > summary { grid-template-columns: auto auto minmax(0, 1fr); column-gap: 10px; justify-content: start; }
  .alerts .name, .alerts .reason { grid-column: 1 / -1; }
  .alerts time { color: var(--soft); justify-self: end; }
  #kpis table.plain, #kpis tbody { display: block; min-width: 0; }
  #kpis thead { display: none; }
  #kpis tbody tr { display: grid; grid-template-columns: 62px repeat(3, auto); justify-content: start; gap: 2px 10px; padding: 8px 0; border-bottom: 1px solid var(--faint); }
  #kpis table.plain td { border: 0; padding: 0; text-align: left; }
  #kpis td:nth-child(2) { grid-column: 2 / -1; }
  #kpis td:nth-child(3) { grid-column: 2; }
  #kpis td:nth-child(n + 4) { color: var(--soft); font-size: 12.5px; }
  #kpis td:nth-child(4)::before { content: 'target '; }
  #kpis td:nth-child(5)::before { content: 'alert '; }
  .advice > div { grid-template-columns: minmax(0, 1fr); }
  details.fold > summary { padding: 8px 0; }
  .cpu-paths .line, .cpu-paths .item > summary { grid-template-columns: repeat(4, minmax(0, auto)); justify-content: space-between; }
  .cpu-paths .name { grid-column: 1 / -1; }
  .cpu-paths .share { display: none; }
  .cpu-paths .sum > span:first-child { grid-column: 1 / -1; }
  .list .figure i { display: inline; font-style: normal; font-weight: 400; color: var(--soft); font-size: 11.5px; }
  table.functions, table.functions tbody:not([hidden]) { display: block; }
  table.functions thead, table.functions .spread { display: none; }
  table.functions tbody tr { display: grid; grid-template-columns: auto minmax(0, 1fr); column-gap: 16px; padding: 8px 0; border-bottom: 1px solid var(--faint); }
  table.functions tbody tr > * { border: 0; padding: 0; width: auto; }
  table.functions tbody th[scope='row'] { grid-column: 1 / -1; grid-row: 1; padding: 0; width: auto; }
  table.functions tbody .figure { padding: 0; text-align: left; width: auto; grid-row: 3; }
  table.functions .figure:nth-child(1)::before { content: 'self '; color: var(--soft); font-size: 11.5px; }
  table.functions .figure:nth-child(3)::before { content: 'total '; color: var(--soft); font-size: 11.5px; }
  table.functions tbody .place { grid-column: 1 / -1; grid-row: 2; }
  .find { padding: 6px 0; }
  .moment .told { display: block; margin: 0; }
}
@media print {
  :root, :root[data-theme] { color-scheme: light; }
  @page { size: A4 landscape; margin: 12mm; }
  html { font-size: 10px; }
  body { background: #fff; font-size: 10px; }
  nav.top, .tools, .more, .told small { display: none; }
  table.functions tbody.rest[hidden] { display: table-row-group; }
  #flame-window .flame-view, .list .flame-view { max-height: none; }
  .flame-view > svg { width: 100%; height: auto; }
  .list summary, .list .line, .flame { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .figures.six { grid-template-columns: repeat(6, minmax(0, 1fr)); }
  .figures.six div:nth-child(n) { border-top: 0; border-left: 1px solid var(--line); padding-left: 10px; }
  .figures.six div:first-child { border-left: 0; padding-left: 0; }
  .list, .list .head, .files, .verdicts, .flame-legend, .flame-notes, .tag, h2 small { font-size: 9px; }
  .list code, .find, table.functions .place, .where small, .blame small { font-size: 8.5px; }
  .tag { line-height: 13px; }
  main, footer { padding: 0; max-width: none; }
  .scroll { overflow: visible; }
  .verdict { font-size: 13px; margin: 10px 0; }
  .verdict .then { font-size: 11px; }
  .figures { grid-template-columns: repeat(8, minmax(0, 1fr)); }
  .figures:not(.six) div:nth-child(n) { border-top: 0; border-left: 1px solid var(--line); padding-left: 10px; }
  .figures:not(.six) div:first-child { border-left: 0; padding-left: 0; }
  .figures dd { font-size: 13px; }
  .figures small, .figures dt { font-size: 9px; }
  table.rows, table.plain { font-size: 9px; }
  .rows thead th, .rows thead th:first-child, .rows tbody tr:not(.detail) > th { position: static; font-size: 9px; background: none; min-width: 0; }
  table.plain th, .chip, .run, .notes, .key-column p, .key-column dl, .verdict .chip, small { font-size: 9px; }
  h1 { font-size: 20px; }
  h2 { font-size: 13px; margin-bottom: 6px; }
  h3, .records { font-size: 11px; }
  section { padding-top: 16px; }
  footer, h3 small { font-size: 9px; }
  .rows thead th:first-child, .rows tbody tr:not(.detail) > th { padding-left: 0; }
  svg.scale text { font-size: 8px; }
  .moment { display: none; }
  .rows tbody th, .rows tbody td { padding: 3px 4px; }
  .rows thead button::after { display: none; }
  .rows tbody tr, .chart, .columns > div { break-inside: avoid; }
  .chip, .note { font-size: 8.5px; line-height: 13px; padding: 0 3px; }
  .picture { width: 110px; }
  svg.shape, svg.scale { width: 104px; height: 18px; }
  .total { min-width: 80px; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
