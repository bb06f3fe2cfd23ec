// What holds an object, in words: `SessionStore.sessions (Map)`, `cache in server.js (Array)`.
import { basename } from 'node:path';
import type { SourcePlace } from './heap-analysis.js';
import { classNameOf, edgeNameOf, edgeTypeOf, type HeapView, nameOf, typeOf } from './heap-view.js';
import { edgeWord, nodeWord } from './path-words.js';

export interface Holder {
  text: string;
  place: SourcePlace | null;
}

/** Classes that say nothing of who owns them. */
export const PLAIN = new Set(['Object', 'Array', 'Map', 'Set', 'WeakMap', 'WeakSet', 'system / Context', 'Promise', '(no name)']);
/** Owners looked at on the way up: beyond it a name has nothing to do with what is held. */
const STEPS_MAX = 8;

/** The container around `node` and who owns it, on the shortest way from the root. */
export function holderOf(view: HeapView, node: number): Holder {
  let container = containerOf(view, node);
  let segments = '';
  let at = container;
  for (let step = 0; step < STEPS_MAX; step += isLink(view, at) ? 0 : 1) {
    const edge = view.paths.edgeTo(at);
    const owner = view.paths.parentOf(at);
    if (edge < 0 || owner === 0 || typeOf(view, owner) === 'synthetic') break;
    const type = edgeTypeOf(view, edge);
    const what = ` (${containerName(view, container)})`;
    if (type === 'context') {
      const place = placeOfContext(view, owner);
      return { text: `${edgeNameOf(view, edge)}${segments}${place === null ? '' : ` in ${basename(place.file)}`}${what}`, place };
    }
    // In a list, the property that leads from link to link is told once.
    if ((type === 'property' || type === 'element') && !(isLink(view, at) && segments !== '')) segments = edgeWord(view, at) + segments;
    at = owner;
    const isNamed = typeOf(view, at) === 'object' && !PLAIN.has(classNameOf(view, at));
    if (segments === '') {
      // What the engine has between an object and what it holds: the scope of a callback, cells.
      if (isNamed && isOfEngine(view, container)) container = at;
      continue;
    }
    if (typeOf(view, at) === 'closure') return { text: `${nameOf(view, at) || 'function'}${segments}${what}`, place: view.places.of(at) };
    if (isNamed) return { text: `${shortName(classNameOf(view, at))}${segments}${what}`, place: view.places.of(at) };
  }
  const name = containerName(view, container);
  return { text: segments === '' ? name : `${classNameOf(view, at)}${segments} (${name})`, place: view.places.of(container) };
}

const isOfEngine = (view: HeapView, node: number): boolean => typeOf(view, node) !== 'object' || classNameOf(view, node).startsWith('system / ');

/** One of a chain of its kind, each held by the one before in the same way, as the cells of a FinalizationRegistry are: the owner stands before the first. */
function isLink({ paths, snapshot, classes }: HeapView, node: number): boolean {
  const edge = paths.edgeTo(node);
  const above = paths.parentOf(node);
  if (edge < 0 || above === 0 || paths.edgeTo(above) < 0) return false;
  const { edgeName, nodeName } = snapshot;
  return nodeName[above] === nodeName[node] && classes.of[above] === classes.of[node] && edgeName[paths.edgeTo(above)] === edgeName[edge];
}

/** The object whose backing store the node is. */
export function containerOf(view: HeapView, node: number): number {
  let at = node;
  for (let step = 0; step < STEPS_MAX && isStore(view, at); step += isLink(view, at) ? 0 : 1) {
    const above = view.paths.parentOf(at);
    if (view.paths.edgeTo(at) < 0 || above === 0) break;
    at = above;
  }
  return at;
}

const isStore = (view: HeapView, node: number): boolean => ['array', 'hidden', 'code'].includes(typeOf(view, node));
const containerName = (view: HeapView, node: number): string =>
  typeOf(view, node) === 'closure' || typeOf(view, node) === 'synthetic' ? nodeWord(view, node) : classNameOf(view, node);
/** V8 names some globals with more: `global / file:///…`, `global (global*)`. */
const shortName = (name: string): string => name.replace(/ [/(].*/, '');

/** A function that lives in the context: where it stands tells whose variables these are. */
function placeOfContext(view: HeapView, context: number): SourcePlace | null {
  const { snapshot, paths, places } = view;
  // A function's own context is held by the functions within, and those are what leads to it.
  const above = paths.parentOf(context);
  if (paths.edgeTo(context) >= 0 && above !== 0 && typeOf(view, above) === 'closure') return places.of(above);
  const closure = snapshot.meta.nodeTypes.indexOf('closure');
  const { locations, nodeType, firstEdge, edgeTo } = snapshot;
  for (let i = 0; i < locations.count; i++) {
    const node = locations.nodeAt(i);
    if (nodeType[node] !== closure) continue;
    for (let e = firstEdge[node]; e < firstEdge[node + 1]; e++) if (edgeTo[e] === context) return places.of(node);
  }
  return null;
}
