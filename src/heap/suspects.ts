// The likeliest leaks of a heap: candidates ranked by size and, where a detector measured it, by agreement with growth and allocation.
import { HEAP_SUSPECTS_MAX } from '../core/limits.js';
import { formatBytes } from '../core/units.js';
import { accumulations, type Candidate } from './candidates.js';
import { commonPaths } from './common-paths.js';
import type { ClassFigures } from './constructors.js';
import type { HeapHints, HeapSuspect, SourcePlace, SuspectScore } from './heap-analysis.js';
import { classNameOf, type HeapView, nameOf, typeOf } from './heap-view.js';
import { type Holder, holderOf } from './holders.js';
import { nativeContexts, ownerOf } from './native-owners.js';
import { withNested } from './nested-accumulations.js';
import { labelOf } from './object-words.js';
import { compressed, hopWords } from './path-words.js';
import { countNear, type Draft, scoreOf } from './suspect-score.js';

/** Share of the heap below which nothing is suspected. */
const HEAP_RATIO_MIN = 0.03;
/** The same of a measured growth: an early leak is a small part of the heap. */
const GROWTH_RATIO_MIN = 0.2;
/** The same of native memory, most of which is not seen. */
const NATIVE_GROWTH_RATIO_MIN = 0.1;
const BYTES_MIN = 16 * 1024;
/** Objects of Node.js held by Node.js are suspected from here on. */
const NODE_OWN_BYTES_MAX = 1024 * 1024;
/** What is suspected of growing native memory: below it stands what every process has. */
const NATIVE_BYTES_MIN = 1024 * 1024;

export function suspectsOf(view: HeapView, figures: ClassFigures, hints: HeapHints = {}): HeapSuspect[] {
  const leastBytes = leastBytesOf(view, hints);
  const held = accumulations(view, leastBytes);
  const reached = commonPaths(view, figures, leastBytes, new Set(held.map(({ holder }) => holder)));
  const owned = hints.kind === 'native' ? reached.map((candidate) => ownerOf(view, candidate)) : reached;
  const found = [...held.flatMap((candidate) => withNested(view, candidate)), ...owned, ...nativeContexts(view, hints.kind, leastBytes)]
    .map((candidate) => draftOf(view, candidate))
    .filter((draft) => !isOfNode(draft));
  const nearby = countNear(found, hints.functions ?? []);
  const ranked = found
    .map((draft) => ({ draft, score: scoreOf(view, draft, hints, nearby) }))
    .sort((a, b) => b.score.total - a.score.total || b.draft.bytes - a.draft.bytes)
    .map(({ draft, score }) => suspectOf(view, draft, score));
  return ranked.filter((it, i) => ranked.findIndex((other) => isSame(other, it)) === i).slice(0, HEAP_SUSPECTS_MAX);
}

/** A function that is held, what its scope holds, and that scope are one leak. */
const isSame = (a: HeapSuspect, b: HeapSuspect): boolean => a.holder === b.holder && (a.constructor === b.constructor || a.holderPlace !== null);

function leastBytesOf({ totalBytes }: HeapView, { kind, growthBytes = Number.POSITIVE_INFINITY }: HeapHints): number {
  if (kind === 'native') return Math.max(NATIVE_BYTES_MIN, Number.isFinite(growthBytes) ? NATIVE_GROWTH_RATIO_MIN * growthBytes : 0);
  const grownMin = GROWTH_RATIO_MIN * growthBytes;
  return Math.max(BYTES_MIN, Math.min(HEAP_RATIO_MIN * totalBytes, grownMin));
}

/** Tables that every process of Node.js has: 200 KB each, and none of them grows. */
function isOfNode({ place, holder, bytes }: Draft): boolean {
  const isNodes = (of: SourcePlace | null): boolean => of === null || of.file.startsWith('node:');
  return bytes < NODE_OWN_BYTES_MAX && holder.place !== null && isNodes(place) && isNodes(holder.place);
}

function draftOf(view: HeapView, candidate: Candidate): Draft {
  const { sample, container } = candidate;
  const path = container === undefined ? [] : view.paths.to(sample);
  const own = typeOf(view, sample) === 'closure' ? nameOf(view, sample) : '';
  return {
    ...candidate,
    name: candidate.name ?? classNameOf(view, sample),
    function: own,
    owners: path.slice(path.indexOf(container ?? 0) + 1, -1).map((node) => classNameOf(view, node)),
    holder: holderOfAll(view, candidate),
    place: view.places.of(sample),
  };
}

function holderOfAll(view: HeapView, { kind, holder, container, within }: Candidate): Holder {
  // The objects of a path are held by what holds the first of them.
  const above = view.paths.parentOf(holder);
  const own = holderOf(view, container ?? (kind === 'path' && view.paths.edgeTo(holder) >= 0 && above !== 0 ? above : holder));
  if (within === undefined) return own;
  const outer = holderOfAll(view, within.outer);
  return {
    text: `${own.text} of ${grouped(within.holders)} × ${labelOf(view, within.outer.sample, within.outer.peers)} held by ${outer.text}`,
    place: outer.place,
  };
}

function suspectOf(view: HeapView, draft: Draft, score: SuspectScore): HeapSuspect {
  const { kind, name, count, bytes, toldBytes, holder, place, sample, pathRatio, others, peers } = draft;
  const suspect = {
    constructor: name,
    count,
    retainedBytes: toldBytes,
    holder: holder.text,
    holderPlace: holder.place,
    place,
    retainers: compressed(hopWords(view, view.paths.to(sample))),
    kind,
    pathRatio,
    score,
  };
  const label = `${name === classNameOf(view, sample) ? labelOf(view, sample, peers) : name}${others === undefined ? '' : ` and ${grouped(others)} other objects`}`;
  // More than is seen: counted by what one costs.
  const size = bytes > toldBytes ? `about ${formatBytes(bytes)} of native memory` : `${formatBytes(toldBytes)} retained`;
  return { ...suspect, sentence: sentenceOf(suspect, label, size) };
}

function sentenceOf({ count, holder, holderPlace }: Omit<HeapSuspect, 'sentence'>, label: string, size: string): string {
  const where = holderPlace === null ? '' : ` in ${holderPlace.file}:${holderPlace.line}`;
  return `${grouped(count)} × ${label} held by ${holder}${where}, ${size}`;
}

/** 12 000. */
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
