// Style of interactive flame graphs; rests on the tokens of every page.
import { LABEL } from '../flame-picture.js';
import { inkTable } from '../inks.js';
import { MONOSPACE_FONTS } from '../monospace.js';

const light = inkTable(false);
const dark = inkTable(true);
const inkRules = Object.keys(light)
  .map((ink) => `.flame .ink-${ink} { fill: light-dark(${light[ink].fill}, ${dark[ink].fill}); }`)
  .join('\n');

export const FLAME_STYLE = `
.flame { position: relative; min-width: 0; }
.flame-legend { display: flex; flex-wrap: wrap; gap: 2px 18px; padding: 0; list-style: none; font-size: 13px; }
.flame-swatch { width: 12px; height: 12px; vertical-align: -1px; }
.flame-swatch:last-of-type { margin-right: 6px; }
.flame-notes { color: var(--soft); font-size: 12px; margin-top: 4px; }
.flame-tools { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; margin-top: 10px; font-size: 13px; color: var(--soft); }
.flame-tools input { width: 300px; max-width: 100%; padding: 5px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); color: var(--ink); }
.flame-tools input::placeholder { color: var(--soft); opacity: 1; }
.flame-tools button { border: 1px solid var(--line); border-radius: 6px; background: var(--panel); color: var(--ink); padding: 4px 12px; cursor: pointer; }
.flame-tools button:hover { background: var(--raised); }
.flame-found { color: var(--ink); }
.flame-keys { margin-left: auto; font-size: 12px; }
.flame-keys kbd { font: inherit; border: 1px solid var(--line); border-radius: 3px; padding: 0 4px; color: var(--ink); }
.flame-panel { height: 50px; margin-top: 8px; padding: 5px 0 0; overflow: hidden; font-size: 13px; line-height: 20px; }
.flame-panel p { display: flex; gap: 10px; white-space: nowrap; }
.flame-panel b { font: 600 12.5px/20px ${MONOSPACE_FONTS}; overflow: hidden; text-overflow: ellipsis; flex: 0 1 auto; }
.flame-panel .chip { flex: none; max-width: 40%; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.flame-panel .place { font: 12px/20px ${MONOSPACE_FONTS}; color: var(--soft); overflow: hidden; text-overflow: ellipsis; flex: 1 1000 auto; min-width: 0; }
.flame-panel .figures-line { gap: 20px; overflow: hidden; }
.flame-panel .figures-line span { color: var(--soft); }
.flame-panel .figures-line i { font-style: normal; color: var(--ink); }
.flame-panel .more { color: var(--bad); }
.flame-panel .less { color: var(--accent); }
.flame-view { max-height: 80vh; overflow: auto; scrollbar-gutter: stable; cursor: default; }
.flame-view:focus-visible { outline-offset: 1px; }
.flame-view svg { display: block; }
.flame-view text { font: ${LABEL.sizePx}px ${MONOSPACE_FONTS}; fill: light-dark(${light.user.text}, ${dark.user.text}); pointer-events: none; white-space: pre; font-variant-ligatures: none; }
.flame-view g { cursor: pointer; }
.flame-view g:hover rect { stroke: var(--ink); stroke-width: 1; }
.flame-view .above rect { opacity: 0.55; }
.flame-view .cursor rect { stroke: var(--ink); stroke-width: 2; }
.flame-view.searching g:not(.hit) rect { opacity: 0.3; }
.flame-view.searching g:not(.hit) text { opacity: 0.75; }
${inkRules}
@media (max-width: 700px) {
  .flame-keys { display: none; }
  .flame-tools input { width: 100%; }
  .flame-panel { height: 88px; }
  .flame-panel p { flex-wrap: wrap; gap: 0 12px; }
  .flame-panel b { max-width: calc(100% - 12px); }
  .flame-panel .place { flex-basis: 100%; height: 20px; }
  .flame-panel .figures-line { height: 40px; gap: 0 14px; }
}
@media (forced-colors: active) { .flame-view rect, .flame-swatch { forced-color-adjust: none; } }
@media print { .flame-view { max-height: none; } .flame-tools, .flame-panel { display: none; } }
`;
