// What the objects of a suspect are called: the class, of a plain object with its first properties, of a function its name.
import { classNameOf, edgeNameOf, edgeTypeOf, type HeapView, nameOf, typeOf } from './heap-view.js';
import { programWord } from './path-words.js';

/** Names of a plain object's properties that are shown for its class. */
const SHAPE_NAMES_MAX = 4;
/** Objects of a kind that are compared: a property that most of them have is no key. */
const PEERS_MAX = 60;
const PEERS_RATIO_MIN = 0.5;

/** `peers`: others like it; default: those that lie beside it. */
export function labelOf(view: HeapView, node: number, peers: readonly number[] = beside(view, node)): string {
  const name = classNameOf(view, node);
  if (typeOf(view, node) === 'closure') return `function ${nameOf(view, node) || '(anonymous)'}`;
  if (name === 'system / Context') return shape('Context', namesOf(view, node, 'context'));
  if (name !== 'Object') return name;
  const names = namesOf(view, node, 'property').filter((property) => property !== '__proto__');
  const common = counted(peers.flatMap((peer) => namesOf(view, peer, 'property')));
  const shown = names.filter((property) => programWord(property) !== null && (common.get(property) ?? 0) >= PEERS_RATIO_MIN * peers.length);
  return shape(name, shown.length > 0 || names.length === 0 ? shown : ['[key]']);
}

function shape(word: string, names: readonly string[]): string {
  const shown = names.length > SHAPE_NAMES_MAX ? [...names.slice(0, SHAPE_NAMES_MAX), '…'] : names;
  return shown.length === 0 ? word : `${word} {${shown.join(', ')}}`;
}

/** One more than are compared at most: of a table with a million keys no more is read. */
function namesOf(view: HeapView, node: number, type: 'property' | 'context'): string[] {
  const { firstEdge } = view.snapshot;
  const names: string[] = [];
  for (let e = firstEdge[node]; e < firstEdge[node + 1] && names.length <= PEERS_MAX; e++) {
    if (edgeTypeOf(view, e) === type) names.push(edgeNameOf(view, e));
  }
  return names;
}

function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Of its class, held by the same. */
function beside({ tree, classes }: HeapView, node: number): number[] {
  const holder = tree.dominator[node];
  const peers: number[] = [];
  const every = Math.max(1, Math.floor((tree.firstChild[holder + 1] - tree.firstChild[holder]) / PEERS_MAX));
  for (let i = tree.firstChild[holder]; i < tree.firstChild[holder + 1]; i += every) {
    if (classes.of[tree.children[i]] === classes.of[node]) peers.push(tree.children[i]);
  }
  return peers.length > 0 ? peers : [node];
}
