// Flame graphs as SVG: static, self-contained, opened from disk or shown in a page; figures of each frame in its tooltip.
import type { CallNode } from '../call-tree.js';
import { DARK, LIGHT } from './canvas/palette.js';
import type { DiffNode } from './diff-node.js';
import { flamePicture, LABEL, type PictureBox, type PictureOptions, type PictureText } from './flame-picture.js';
import { type InkTable, inkTable } from './inks.js';
import { MONOSPACE_FONTS } from './monospace.js';
import { escapeHtml } from './page/markup.js';
import { mustBeDrawable } from './picture-width.js';

/**
 * The flame graph of a call tree, root on top. At most about 300 KB: beyond RECTS_MAX frames the lightest are put together.
 * @throws PitotError API_MISUSE for a width out of range.
 */
export function flameSvg(root: CallNode, options: PictureOptions): string {
  return svgOf(root, options);
}

/** The differential flame graph: red for more, blue for less, grey for noise; the width is the larger of before and after (see DrawnNode.weightUs). */
export function diffSvg(root: DiffNode, options: PictureOptions): string {
  return svgOf(root, options);
}

function svgOf(root: CallNode | DiffNode, options: PictureOptions): string {
  mustBeDrawable(options.widthPx);
  const picture = flamePicture(root, options);
  const { paper, ink, soft } = options.dark ? DARK : LIGHT;
  const { widthPx, heightPx, shapes } = picture;
  const classes = classNames(shapes);
  const inks = inkTable(options.dark === true);
  const body = shapes.map((shape) => (shape.kind === 'box' ? boxOf(shape, classes) : textOf(shape, classes))).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}" role="img" aria-label="${escapeHtml(`Flame graph: ${picture.title}`)}">
<style>
svg{background:${paper}}
text{font:${LABEL.sizePx}px ${MONOSPACE_FONTS};fill:${ink};pointer-events:none;white-space:pre;font-variant-ligatures:none}
.soft{fill:${soft}}
rect:hover{stroke:${ink};stroke-width:1.5}
${styleOf(classes, inks)}
</style>
<rect width="100%" height="100%" fill="${paper}" stroke="none" pointer-events="none"/>
${body}
</svg>
`;
}

/** One letter or two for each ink that is used: a class name stands at every box. */
function classNames(shapes: readonly (PictureBox | PictureText)[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const shape of shapes) if (shape.kind === 'box' && !names.has(shape.ink)) names.set(shape.ink, `k${names.size.toString(36)}`);
  return names;
}

function styleOf(classes: Map<string, string>, inks: InkTable): string {
  // All inks of a table have the same text colour, which is that of the page's text or nearly so: one rule for the labels will do.
  const [{ text: label }] = Object.values(inks);
  return [...[...classes].map(([ink, name]) => `.${name}{fill:${inks[ink].fill}}`), `.l{fill:${label}}`].join('\n');
}

function boxOf({ x, y, widthPx, heightPx, ink, tooltip }: PictureBox, classes: Map<string, string>): string {
  const rect = `<rect class="${classes.get(ink)}" x="${x}" y="${y}" width="${widthPx}" height="${heightPx}"`;
  return tooltip.length === 0 ? `${rect}/>` : `${rect}><title>${escapeHtml(tooltip.join('\n'))}</title></rect>`;
}

function textOf({ text, x, baselineY, style, align, ink }: PictureText, classes: Map<string, string>): string {
  const name = typeof ink === 'object' ? (classes.has(ink.on) ? 'l' : '') : ink === 'soft' ? 'soft' : '';
  // In a style, because the rule for all texts is stronger than an attribute.
  const size = style === LABEL ? '' : ` style="font-size:${style.sizePx}px${style.bold ? ';font-weight:700' : ''}"`;
  const anchor = align === 'right' ? ' text-anchor="end"' : '';
  return `<text${name === '' ? '' : ` class="${name}"`} x="${x}" y="${baselineY}"${anchor}${size}>${escapeHtml(text)}</text>`;
}
