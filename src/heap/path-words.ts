// The way from the root to an object as words: `.sessions Map`, `[] Session`; stretches that repeat are told once: `(.next Node)×N`.
import { HEAP_PATH_LINES_MAX } from '../core/limits.js';
import { classNameOf, edgeNameOf, edgeTypeOf, type HeapView, nameOf, typeOf } from './heap-view.js';
import { isIdentifier } from './redact-names.js';

/** Longest stretch that is looked for as a repetition, hops. */
const PERIOD_MAX = 4;
/** Properties of one object from which on their names are keys, not names. */
const KEYS_MIN = 40;
/** The same of an object without a class: V8 itself takes it for a table when more than twelve are set by computed names. */
const PLAIN_KEYS_MIN = 12;
/** The same where all values are of one kind, as sessions by user are. */
const ALIKE_KEYS_MIN = 6;
/** Properties of objects that have many by nature, and such objects. */
const KEPT = new Set(['__proto__', 'prototype', 'constructor', 'process']);
const GLOBAL = /^(global|Window)\b/;
const SYMBOL = /^<symbol (.*)>$/s;
/** What the engine calls its own edges; in those of a weak map's pairs stand texts of the application. */
const ENGINE_WORD = /^[\w ]+$/;

/** Each node of a way with the edge to it; indices and keys generalised, so that two objects in one place have the same words. */
export function hopWords(view: HeapView, path: readonly number[]): string[] {
  return path.map((node) => `${edgeWord(view, node)} ${nodeWord(view, node)}`.trim());
}

/** Words of a way with its repetitions told once, at most HEAP_PATH_LINES_MAX: the middle of a longer one is left out. */
export function compressed(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < words.length; ) {
    const { period, times } = repetition(words, at);
    if (times > 1) {
      lines.push(`(${words.slice(at, at + period).join(' > ')})×N`);
      at += period * times;
    } else lines.push(words[at++]);
  }
  if (lines.length <= HEAP_PATH_LINES_MAX) return lines;
  const head = HEAP_PATH_LINES_MAX >> 1;
  return [...lines.slice(0, head), `… ${lines.length - HEAP_PATH_LINES_MAX + 1} more`, ...lines.slice(head - HEAP_PATH_LINES_MAX + 1)];
}

/** The shortest stretch that is repeated from here on, at least twice; three times where it is one hop: a tree has two of a kind by chance. */
function repetition(words: readonly string[], at: number): { period: number; times: number } {
  for (let period = 1; period <= PERIOD_MAX; period++) {
    let same = 0;
    while (at + period + same < words.length && words[at + same] === words[at + period + same]) same++;
    const times = 1 + Math.floor(same / period);
    if (times >= (period === 1 ? 3 : 2)) return { period, times };
  }
  return { period: 1, times: 1 };
}

/** What the edge that leads to a node is called; '' for those of the engine that say nothing. */
export function edgeWord(view: HeapView, node: number): string {
  const edge = view.paths.edgeTo(node);
  if (edge < 0) return '';
  switch (edgeTypeOf(view, edge)) {
    case 'property':
      return propertyWord(view, view.paths.parentOf(node), edgeNameOf(view, edge));
    case 'context':
      return `variable ${edgeNameOf(view, edge)}:`;
    case 'element':
      return typeOf(view, node) === 'synthetic' || typeOf(view, view.paths.parentOf(node)) === 'synthetic' ? '' : '[]';
    case 'internal':
      return `<${engineWord(edgeNameOf(view, edge))}>`;
    default:
      return '';
  }
}

export function nodeWord(view: HeapView, node: number): string {
  const type = typeOf(view, node);
  if (type === 'closure') return `${nameOf(view, node) || 'function'}()`;
  if (type === 'synthetic' || type === 'code' || type === 'hidden') return nameOf(view, node);
  return classNameOf(view, node);
}

const engineWord = (name: string): string => (ENGINE_WORD.test(name) && !/^\d/.test(name) ? name : '');

function propertyWord(view: HeapView, owner: number, name: string): string {
  if (!KEPT.has(name) && !GLOBAL.test(classNameOf(view, owner)) && isTable(view, owner)) return '[key]';
  const word = programWord(name);
  return word === null ? '[key]' : isIdentifier(word) ? `.${word}` : `[${word}]`;
}

/**
 * The name of a property as it may be shown: in sentences and alerts too, which leave the machine. null: it may be a key, as of a user, and no name in a program.
 * Of a symbol whose description may be one, `<symbol>`.
 */
export function programWord(name: string): string | null {
  const symbol = SYMBOL.exec(name)?.[1];
  if (symbol !== undefined) return symbol.split('.').every(isIdentifier) ? name : '<symbol>';
  const accessor = /^([gs]et) (.*)$/s.exec(name);
  if (accessor !== null) return isIdentifier(accessor[2]) ? name : null;
  return isIdentifier(name) ? name : null;
}

/** Whether an object is a table whose properties are keys. */
function isTable(view: HeapView, owner: number): boolean {
  const { firstEdge, edgeTo } = view.snapshot;
  const edges = firstEdge[owner + 1] - firstEdge[owner];
  if (edges > KEYS_MIN) return true;
  if (edges < ALIKE_KEYS_MIN || typeOf(view, owner) !== 'object' || classNameOf(view, owner) !== 'Object') return false;
  let names = 0;
  let alike = true;
  let kind = -1;
  for (let e = firstEdge[owner]; e < firstEdge[owner + 1]; e++) {
    if (edgeTypeOf(view, e) !== 'property' || edgeNameOf(view, e) === '__proto__') continue;
    names++;
    const own = view.classes.of[edgeTo[e]];
    alike &&= (kind === -1 || own === kind) && typeOf(view, edgeTo[e]) !== 'closure';
    kind = own;
  }
  return names > PLAIN_KEYS_MIN || (alike && names >= ALIKE_KEYS_MIN);
}
