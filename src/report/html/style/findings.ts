// Style, part 5b: alerts, KPIs, advice, rules.
export const findingsStyle = `
.alerts .head, .alerts .item > summary { grid-template-columns: 84px 76px 142px minmax(0, 1fr); }
.alerts .reason { grid-column: 4; }
.alerts .item > summary .chip { font-weight: 400; }
.alert-parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 12px 40px; margin-top: 12px; }
.alert-parts h3 { margin-bottom: 2px; }
.alert-parts ul + h3 { margin-top: 12px; }
.alert-parts ul { padding-left: 18px; }
.alert-parts p, .alert-parts li { max-width: 72ch; overflow-wrap: anywhere; }
.alert-parts ul + p { margin-top: 6px; }
.note-line { color: var(--soft); max-width: 88ch; overflow-wrap: anywhere; }
details.fold { margin-top: 10px; font-size: 13px; }
details.fold > summary { color: var(--accent); padding: 4px 0; }
.advice > div { display: grid; grid-template-columns: minmax(0, 260px) minmax(0, 1fr); gap: 4px 28px; padding: 10px 0; border-bottom: 1px solid var(--faint); font-size: 13px; }
.advice > div:first-child { border-top: 1px solid var(--line); }
.advice dt { font-weight: 600; }
.advice p { max-width: 92ch; overflow-wrap: anywhere; }
.advice .do { color: var(--soft); margin-top: 2px; }
#exemplars td:nth-child(2) { min-width: 190px; }
#rules td:nth-child(3) { min-width: 220px; }
`;
