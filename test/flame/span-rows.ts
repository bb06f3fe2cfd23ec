// Span tables and profiles from short literals, for tests of the join.

import type { SpanTable } from '../../src/flame/attribution/span-table.js';
import type { Frame, NamedProfile, Profile, RawFrame } from '../../src/flame/profile.js';

export type SpanRow = readonly [path: number, startUs: number, endUs: number, kind?: 'sync'];

/** Rows may stand in any order here; the table has them in the order of their ends, inner ones first where they end together. */
export function spanTable(rows: readonly SpanRow[], lost: [number, number][] = []): SpanTable {
  const sorted = [...rows].sort((a, b) => a[2] - b[2] || b[1] - a[1]);
  return {
    paths: Uint16Array.from(sorted, ([path]) => path),
    startUs: Float64Array.from(sorted, ([, startUs]) => startUs),
    endUs: Float64Array.from(sorted, ([, , endUs]) => endUs),
    sync: Uint8Array.from(sorted, ([, , , kind]) => (kind === 'sync' ? 1 : 0)),
    lost,
    minSpanNs: 2000,
    shortUs: 0,
  };
}

const V8_OWN = ['(root)', '(idle)', '(program)', '(garbage collector)', '(not running)'];

/** A profile of functions called from the root: samples are [moment, function]. */
export function rawProfile(samples: readonly (readonly [atUs: number, leaf: string])[]): Profile {
  const names = ['(root)', ...new Set(samples.map(([, leaf]) => leaf).filter((leaf) => leaf !== '(root)'))];
  const frames: RawFrame[] = names.map((name) => ({
    function: name,
    url: V8_OWN.includes(name) ? '' : 'file:///app.js',
    line: V8_OWN.includes(name) ? 0 : 1,
    column: 0,
  }));
  return columns(frames, samples, names);
}

export function namedProfile(samples: readonly (readonly [atUs: number, leaf: string])[]): NamedProfile {
  const names = ['(root)', ...new Set(samples.map(([, leaf]) => leaf).filter((leaf) => leaf !== '(root)'))];
  const kinds: Record<string, Frame['kind']> = {
    '(root)': 'none',
    '(idle)': 'idle',
    '(not running)': 'none',
    '(program)': 'program',
    '(garbage collector)': 'gc',
  };
  const frames: Frame[] = names.map((name) => ({
    function: name,
    file: name in kinds ? '' : 'app.js',
    line: name in kinds ? 0 : 1,
    column: 0,
    kind: kinds[name] ?? 'user',
    package: '',
  }));
  return columns(frames, samples, names);
}

function columns<F>(frames: F[], samples: readonly (readonly [number, string])[], names: string[]): Profile<F> {
  return {
    thread: 'main',
    startUs: samples[0]?.[0] ?? 0,
    endUs: samples.at(-1)?.[0] ?? 0,
    intervalUs: 10,
    frames,
    nodeFrames: Uint32Array.from(names.keys()),
    nodeParents: Int32Array.from(names, (_, i) => (i === 0 ? -1 : 0)),
    samples: Uint32Array.from(samples, ([, leaf]) => names.indexOf(leaf)),
    timesUs: Float64Array.from(samples, ([atUs]) => atUs),
  };
}
