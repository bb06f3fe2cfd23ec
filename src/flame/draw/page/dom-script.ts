// Page script: makes elements. Text from the application only ever becomes a text node or an attribute's value, never markup.
export const domScript = String.raw`
const SVG_NS = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const name in attributes) {
    const value = attributes[name];
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat(3)) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}

const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG_NS, tag), attributes, children);

/** A figure whose unit is set quieter than its number. */
function figure(text) {
  const cut = text.lastIndexOf(' ');
  return cut < 0 ? text : [text.slice(0, cut), el('span', { class: 'unit' }, '\u00a0' + text.slice(cut + 1))];
}

const chips = (labels) => Object.keys(labels).map((key) => [' ', el('span', { class: 'chip' }, el('i', {}, key), ' ', labels[key])]);
`;
