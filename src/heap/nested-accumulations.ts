// Accumulations whose members accumulate in their turn: 40 tenants in a map, each with its sessions, are 24 000 sessions.
import { HEAP_NESTED_MEMBERS_MAX } from '../core/limits.js';
import { accumulationAt, type Candidate, kindOf } from './candidates.js';
import type { HeapView } from './heap-view.js';

/** Share of what the members retain that their own members of one kind must be. */
const INNER_RATIO_MIN = 0.5;
/** Objects between a member and what holds the inner ones: a property, a map, its table. */
const STEPS_MAX = 8;
const LEVELS_MAX = 3;

/** The candidate, and what its members hold many of: which of them grows in number, what a detector measured must tell. */
export function withNested(view: HeapView, candidate: Candidate): Candidate[] {
  const found = [candidate];
  let outer = candidate;
  let holders = [candidate.holder];
  for (let level = 0; level < LEVELS_MAX; level++) {
    const inner = nestedIn(view, outer, holders);
    if (inner === null) break;
    found.push(inner.candidate);
    outer = inner.candidate;
    holders = inner.holders;
  }
  return found;
}

function nestedIn(view: HeapView, outer: Candidate, outerHolders: readonly number[]): { candidate: Candidate; holders: number[] } | null {
  const kind = kindOf(view, outer.sample);
  const byKind = new Map<number, Candidate[]>();
  let members = 0;
  for (const holder of outerHolders) {
    for (let i = view.tree.firstChild[holder]; i < view.tree.firstChild[holder + 1] && members < HEAP_NESTED_MEMBERS_MAX; i++) {
      const member = view.tree.children[i];
      if (kindOf(view, member) !== kind) continue;
      members++;
      const inner = innerOf(view, member);
      if (inner === null) continue;
      const of = kindOf(view, inner.sample);
      const known = byKind.get(of);
      if (known === undefined) byKind.set(of, [inner]);
      else known.push(inner);
    }
  }
  const sum = (all: readonly Candidate[], of: 'bytes' | 'toldBytes' | 'count'): number => all.reduce((total, one) => total + one[of], 0);
  const [most] = [...byKind.values()].sort((a, b) => sum(b, 'bytes') - sum(a, 'bytes'));
  if (most === undefined || sum(most, 'bytes') < INNER_RATIO_MIN * outer.bytes) return null;
  const largest = most.reduce((best, one) => (one.bytes > best.bytes ? one : best));
  const candidate: Candidate = {
    ...largest,
    count: sum(most, 'count'),
    bytes: sum(most, 'bytes'),
    toldBytes: sum(most, 'toldBytes'),
    within: { outer, holders: most.length },
  };
  return { candidate, holders: most.map(({ holder }) => holder) };
}

/** What one member accumulates, in itself or in the object that is most of it. */
function innerOf(view: HeapView, member: number): Candidate | null {
  const { tree, weightBytes } = view;
  let at = member;
  for (let step = 0; step < STEPS_MAX; step++) {
    const found = accumulationAt(view, at);
    if (found !== null) return found.bytes >= INNER_RATIO_MIN * weightBytes[member] ? found : null;
    let largest = -1;
    for (let i = tree.firstChild[at]; i < tree.firstChild[at + 1]; i++) {
      if (largest < 0 || weightBytes[tree.children[i]] > weightBytes[largest]) largest = tree.children[i];
    }
    if (largest < 0 || weightBytes[largest] < INNER_RATIO_MIN * weightBytes[member]) return null;
    at = largest;
  }
  return null;
}
