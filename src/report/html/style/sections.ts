// Style, part 2: top bar, summary, notes, plain tables, definition lists.
export const sectionsStyle = `
nav.top { display: flex; align-items: center; flex-wrap: wrap; gap: 2px 18px; padding-top: 14px; padding-bottom: 14px; font-size: 13px; }
nav.top b { font-weight: 650; margin-right: 6px; }
nav.top a { color: var(--soft); text-decoration: none; }
nav.top a:hover { color: var(--ink); text-decoration: underline; }
#theme { margin-left: auto; border: 1px solid var(--line); background: var(--panel); border-radius: 6px; padding: 3px 12px; cursor: pointer; }
#theme:hover { background: var(--raised); }

.summary { padding: 10px 0 4px; }
.run { color: var(--soft); margin-top: 4px; font-size: 13px; padding: 0; list-style: none; }
.run ul { padding-left: 20px; }
.verdict { margin: 18px 0 20px; font-size: 17px; line-height: 1.6; max-width: 120ch; }
.verdict p + p { margin-top: 8px; }
.verdict .then { display: block; color: var(--soft); font-size: 14px; }
.verdict .chip { font-size: 12px; }
a.path { color: inherit; text-decoration: none; overflow-wrap: anywhere; }
a.path u { text-decoration: underline 1px var(--accent); text-underline-offset: 3px; }
a.path:hover u { text-decoration-thickness: 2px; }
.verdict p > a.path { font-weight: 600; }

.figures { display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.figures div { padding: 12px 14px; border-left: 1px solid var(--line); }
.figures div:first-child { border-left: 0; padding-left: 0; }
.figures dt { color: var(--soft); font-size: 12px; }
.figures dd { font-size: 18px; font-weight: 600; line-height: 1.35; letter-spacing: -0.01em; }
.figures small { display: block; font-size: 12px; font-weight: 400; line-height: 1.4; letter-spacing: 0; color: var(--soft); }
.notes { margin-top: 18px; padding: 0 0 0 14px; list-style: none; border-left: 3px solid var(--warn); font-size: 13px; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
table.plain { font-size: 13px; width: auto; min-width: min(100%, 420px); }
table.plain th { text-align: left; font-weight: 500; color: var(--soft); font-size: 12px; padding: 4px 20px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
table.plain td { padding: 5px 20px 5px 0; border-bottom: 1px solid var(--faint); vertical-align: top; overflow-wrap: break-word; max-width: 64ch; }
table.plain .figure { text-align: right; white-space: nowrap; overflow-wrap: normal; }
table.plain small { color: var(--soft); }
table.plain code { overflow-wrap: break-word; }
time { white-space: nowrap; }
.columns { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 20px 40px; align-items: start; }
.columns table.plain { width: 100%; min-width: 0; }
.columns h3 { margin-bottom: 6px; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 40px; align-items: start; }
.records { font-size: 16px; margin-bottom: 6px; }
#agent .empty, #agent .scroll { margin-top: 6px; }
details.config { margin-top: 14px; }
details > summary { cursor: pointer; width: fit-content; }
details.config dl { columns: 3 300px; column-gap: 40px; margin-top: 10px; font: 12px/1.6 var(--mono); }
details.config dl div { display: flex; justify-content: space-between; gap: 16px; border-bottom: 1px solid var(--faint); break-inside: avoid; }
details.config dt { color: var(--soft); }
details.config dd { text-align: right; overflow-wrap: anywhere; min-width: 0; }
footer { padding-top: 36px; padding-bottom: 40px; color: var(--soft); font-size: 12px; }
`;
