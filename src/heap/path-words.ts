// The way from the root to an object as words: `.sessions Map`, `[] Session`; stretches that repeat are told once: `(.next Node)×N`.
import { HEAP_PATH_LINES_MAX } from '../core/limits.js';
import { classNameOf, edgeNameOf, edgeTypeOf, type HeapView, nameOf, typeOf } from './heap-view.js';

/** Longest stretch that is looked for as a repetition, hops. */
const PERIOD_MAX = 4;
/** Properties of one object from which on their names are keys, not names. */
const KEYS_MIN = 40;
/** Properties of objects that have many by nature, and such objects. */
const KEPT = new Set(['__proto__', 'prototype', 'constructor', 'process']);
const GLOBAL = /^(global|Window)\b/;
const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

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
      return `<${edgeNameOf(view, edge)}>`.replace(/^<\d.*$/, '<>');
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

function propertyWord(view: HeapView, owner: number, name: string): string {
  const { firstEdge } = view.snapshot;
  if (firstEdge[owner + 1] - firstEdge[owner] > KEYS_MIN && !KEPT.has(name) && !GLOBAL.test(classNameOf(view, owner))) return '[key]';
  return IDENTIFIER.test(name) ? `.${name}` : `[${name}]`;
}
