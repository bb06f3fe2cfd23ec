// CPU time by path: sums by hand, order of the rows, and nothing gained or lost.
import test from 'ava';
import fc from 'fast-check';
import { attribute } from '../../../src/flame/attribution/attribute.js';
import { type AttributedProfile, cpuByPath } from '../../../src/flame/attribution/cpu-by-path.js';
import { buildCallTree } from '../../../src/flame/call-tree.js';
import { toFlameTree } from '../../../src/flame/flame-tree.js';
import type { NamedProfile } from '../../../src/flame/profile.js';
import { sumProfiles } from '../../../src/flame/sum-profiles.js';
import { busyTime } from '../../../src/flame/top-functions.js';
import type { FlameTree } from '../../../src/report/report-types.js';
import { namedProfile, type SpanRow, spanTable } from '../span-rows.js';

const nameOf = (path: number): { name: string; labels: Record<string, string> } => ({ name: `p${path}`, labels: path === 9 ? { route: '/a' } : {} });
const noFlame = () => null;

const attributed = (profile: NamedProfile, spans: readonly SpanRow[]): AttributedProfile => ({
  profile,
  attribution: attribute(profile, spanTable(spans), () => false),
});

/** A stand-in for the call tree: self time of the kept samples. */
const treeOf =
  (profiles: readonly AttributedProfile[]) =>
  (keep: (profile: number, sample: number) => boolean): FlameTree => {
    let us = 0;
    profiles.forEach(({ profile: { timesUs } }, p) => {
      for (let i = 0; i + 1 < timesUs.length; i++) if (keep(p, i)) us += timesUs[i + 1] - timesUs[i];
    });
    return { frames: [], parents: [], nodes: [], selfUs: [us], totalUs: [us] };
  };

test('should sum times and samples by path, most first and nobody last, when there are two threads', (t) => {
  // main:    0 work(8) | 10 work(9) | 30 idle | 70 gc(9) | 80 work(-) | 180 end of the last length
  // worker:  0 work(8) | 5 program(-)          | 25 not running | 1025 work(9): no length
  const profiles = [
    attributed(
      namedProfile([
        [0, 'work'],
        [10, 'work'],
        [30, '(idle)'],
        [70, '(garbage collector)'],
        [80, 'work'],
        [180, '(idle)'],
      ]),
      [
        [8, 0, 10, 'sync'],
        [9, 10, 75, 'sync'],
      ],
    ),
    attributed(
      namedProfile([
        [0, 'work'],
        [5, '(program)'],
        [25, '(not running)'],
        [1025, 'work'],
      ]),
      [
        [8, 0, 3],
        [9, 1000, 2000, 'sync'],
      ],
    ),
  ];
  const rows = cpuByPath(profiles, nameOf, treeOf(profiles));
  t.deepEqual(
    rows.map(({ flame, ...row }) => ({ ...row, flameUs: flame?.totalUs[0] })),
    [
      { name: 'p9', labels: { route: '/a' }, cpuMs: 0.03, ratio: 30 / 165, samples: 2, syncSamples: 2, flameUs: 30 },
      { name: 'p8', labels: {}, cpuMs: 0.015, ratio: 15 / 165, samples: 2, syncSamples: 1, flameUs: 15 },
      { name: '(unattributed)', labels: {}, cpuMs: 0.12, ratio: 120 / 165, samples: 2, syncSamples: 0, flameUs: 120 },
    ],
  );
});

test('should give no rows when nothing burned CPU, and a row for nobody when all is attributed', (t) => {
  t.deepEqual(cpuByPath([], nameOf, noFlame), []);
  const idle = namedProfile([
    [0, '(idle)'],
    [10, '(idle)'],
  ]);
  t.deepEqual(cpuByPath([attributed(idle, [])], nameOf, noFlame), []);
  const busy = namedProfile([
    [0, 'work'],
    [10, '(idle)'],
  ]);
  t.deepEqual(cpuByPath([attributed(busy, [[8, 0, 10, 'sync']])], nameOf, noFlame), [
    { name: 'p8', labels: {}, cpuMs: 0.01, ratio: 1, samples: 1, syncSamples: 1, flame: null },
    { name: '(unattributed)', labels: {}, cpuMs: 0, ratio: 0, samples: 0, syncSamples: 0, flame: null },
  ]);
});

test('should keep every path, and draw the 20 with the most time and nobody', (t) => {
  const samples = Array.from({ length: 151 }, (_, i) => [i * 10, i === 150 ? '(idle)' : 'work'] as const);
  const spans = Array.from({ length: 149 }, (_, i): SpanRow => [8 + i, i * 10, i * 10 + 10, 'sync']);
  const profiles = [attributed(namedProfile(samples), spans)];
  const rows = cpuByPath(profiles, nameOf, treeOf(profiles));
  t.is(rows.length, 150);
  t.deepEqual(
    rows.map(({ flame }) => flame !== null),
    rows.map((_, i) => i < 20 || i === 149),
  );
});

test('should add up to the busy time on any profile and spans', (t) => {
  const moments = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.constantFrom('work', '(idle)', '(program)', '(garbage collector)', '(root)')), {
      minLength: 1,
      maxLength: 60,
      size: 'max',
    })
    .map((list) => list.sort((a, b) => a[0] - b[0]));
  const spans = fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 300 }))
      .map(([path, startUs, us]): SpanRow => [path, startUs, startUs + us]),
    { maxLength: 20, size: 'max' },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(moments, spans), { minLength: 1, maxLength: 3 }), (threads) => {
      const profiles = threads.map(([list, rows]) => attributed(namedProfile(list), rows));
      let busyUs = 0;
      let busySamples = 0;
      for (const [list] of threads) {
        list.forEach(([atUs, leaf], i) => {
          if (leaf === '(idle)' || leaf === '(root)') return;
          // The last sample only marks the end.
          if (i + 1 === list.length) return;
          busySamples++;
          busyUs += list[i + 1][0] - atUs;
        });
      }
      const rows = cpuByPath(profiles, nameOf, noFlame);
      t.is(busyTime(sumProfiles(profiles.map(({ profile }) => profile))).busyUs, busyUs);
      // Each row is a whole number of µs: rounding them first makes the sum exact.
      t.is(
        rows.reduce((sum, { cpuMs }) => sum + Math.round(cpuMs * 1000), 0),
        busyUs,
      );
      t.is(
        rows.reduce((sum, row) => sum + row.samples, 0),
        busySamples,
      );
      if (busySamples > 0) t.is(rows.at(-1)?.name, '(unattributed)');
      for (const { samples, syncSamples } of rows) t.true(syncSamples <= samples);
    }),
    { numRuns: 500 },
  );
});

test("should draw exactly the row's time when the call tree is made of the samples that are kept", (t) => {
  const profile = namedProfile([
    [0, 'work'],
    [10, 'other'],
    [30, '(idle)'],
    [40, 'work'],
    [100, '(garbage collector)'],
    [107, '(idle)'],
  ]);
  const one = attributed(profile, [
    [8, 0, 50, 'sync'],
    [9, 90, 105, 'sync'],
  ]);
  const rows = cpuByPath([one], nameOf, (keep) => toFlameTree(buildCallTree(profile, (sample) => keep(0, sample))));
  t.deepEqual(
    rows.map(({ name, cpuMs, flame }) => [name, cpuMs, flame?.nodes.map((node, i) => [flame.frames[node].function, flame.totalUs[i]])]),
    [
      [
        'p8',
        0.09,
        [
          ['(root)', 90],
          ['work', 70],
          ['other', 20],
        ],
      ],
      [
        'p9',
        0.007,
        [
          ['(root)', 7],
          ['(garbage collector)', 7],
        ],
      ],
      ['(unattributed)', 0, undefined],
    ],
  );
});
