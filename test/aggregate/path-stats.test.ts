// From records to percentiles: against exact percentiles of the same values, and against Java's HdrHistogram.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import * as hdr from 'hdr-histogram-js';
import { SliceAggregator } from '../../src/aggregate/aggregate-slice.js';
import { StatsBuilder, type ValueStats } from '../../src/aggregate/path-stats.js';
import { groupByPath, mergeSlice } from '../../src/aggregate/window.js';
import { PATH_SLOTS } from '../../src/core/limits.js';
import { createAgentMemory, S_MAX, S_MIN, S_SUM, S_WEIGHT, STAT_FIELDS } from '../../src/memory/window-memory.js';
import { missingCommand, testUnless } from '../support/needs.js';
import { exactPercentile, logNormal, seeded } from '../support/random.js';
import { testRing } from '../support/ring.js';

const IDS = Uint16Array.from({ length: PATH_SLOTS }, (_, id) => id);

/** The whole way: ring, slice, window, histogram. */
function statsOf(values: readonly number[], digits: 2 | 3 = 3): ValueStats {
  const { memory, instruments } = testRing(1 << 17);
  const path = instruments.path('a');
  for (const value of values) path.record(value);
  const agent = createAgentMemory();
  const [window] = agent.windows;
  for (let from = 0; from < values.length; from += 65_536) {
    agent.head[6] = 0;
    mergeSlice(window, new SliceAggregator(65_536).aggregate(memory, from, Math.min(values.length, from + 65_536)), IDS, agent.head);
  }
  const groups = groupByPath(window, PATH_SLOTS);
  const row = 8 * STAT_FIELDS;
  const exact = {
    min: window.stats[row + S_MIN],
    max: window.stats[row + S_MAX],
    weight: window.stats[row + S_WEIGHT],
    sum: window.stats[row + S_SUM],
  };
  return new StatsBuilder(digits).build(groups.buckets, groups.counts, groups.starts[8], groups.starts[9], exact, true);
}

function assertWithin(t: { true(ok: boolean, message?: string): void }, stats: ValueStats, values: readonly number[], tolerance: number): void {
  const sorted = [...values].sort((a, b) => a - b);
  for (const [key, percentile] of [
    ['p50', 50],
    ['p90', 90],
    ['p95', 95],
    ['p99', 99],
    ['p999', 99.9],
  ] as const) {
    const exact = exactPercentile(sorted, percentile);
    // Below 1 000 the buckets are whole numbers: a fraction is cut, which is under 1 ns.
    t.true(Math.abs(stats[key] - exact) <= Math.max(1, exact * tolerance), `${key}: ${stats[key]}, exact ${exact}`);
  }
}

test('should give known percentiles of 1 to 10 000', (t) => {
  const stats = statsOf(Array.from({ length: 10_000 }, (_, i) => (i + 1) * 1000));
  t.is(stats.min, 1000);
  t.is(stats.max, 10_000_000);
  t.is(stats.mean, 5_000_500);
  t.true(Math.abs(stats.p50 - 5_000_000) <= 5_000);
  t.true(Math.abs(stats.p99 - 9_900_000) <= 9_900);
});

test('should be within 0.1 % of the exact percentiles when values are log-normal, uniform or far apart', (t) => {
  const random = seeded(11);
  for (const draw of [
    () => logNormal(random, 2e6, 1),
    () => logNormal(random, 5e4, 2.5),
    () => random() * 3.6e12,
    () => 10 ** (random() * 12),
    () => (random() < 0.99 ? 1e5 : 1e9),
  ]) {
    const values = Array.from({ length: 100_000 }, () => Math.min(3.6e12, draw()));
    assertWithin(t, statsOf(values), values, 0.001);
  }
});

test('should be within 0.1 % of the exact percentiles on any small set of values', (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 3.6e12, noNaN: true }), { minLength: 1, maxLength: 50 }), (values) => {
      assertWithin(t, statsOf(values), values, 0.001);
    }),
    { numRuns: 50 },
  );
});

test('should be within 1 % when two digits are asked for', (t) => {
  const random = seeded(5);
  const values = Array.from({ length: 50_000 }, () => logNormal(random, 1e6, 1.5));
  assertWithin(t, statsOf(values, 2), values, 0.01);
});

test('should survive the round trip through V2 base64', (t) => {
  const random = seeded(3);
  const values = Array.from({ length: 20_000 }, () => logNormal(random, 1e6, 1));
  const stats = statsOf(values);
  const decoded = hdr.decodeFromCompressedBase64(stats.hdr, 64, false);
  t.is(decoded.totalCount, 20_000);
  t.is(Math.min(stats.max, decoded.getValueAtPercentile(99)), stats.p99);
  t.is(decoded.getValueAtPercentile(50), stats.p50);
});

const JAR = '/usr/share/java/hdrhistogram.jar';

const missingJava = missingCommand('javac', ['-version']) ?? (existsSync(JAR) ? null : `no ${JAR} (Debian: libhdrhistogram-java)`);

testUnless(missingJava)('should be read by Java HdrHistogram with the same counts and percentiles', (t) => {
  const random = seeded(9);
  const sets = [1e3, 1e6, 1e9].map((median) => Array.from({ length: 5000 }, () => Math.min(3.6e12, logNormal(random, median, 1.2))));
  const directory = mkdtempSync(join(tmpdir(), 'pitot-java-'));
  writeFileSync(
    join(directory, 'Read.java'),
    `import org.HdrHistogram.*; import java.nio.ByteBuffer; import java.util.Base64;
     public class Read { public static void main(String[] all) throws Exception {
       for (String text : all) {
         Histogram h = Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
         System.out.println(h.getTotalCount() + " " + h.getValueAtPercentile(50) + " " + h.getValueAtPercentile(99) + " " + h.getValueAtPercentile(99.9));
       } } }`,
  );
  execFileSync('javac', ['-cp', JAR, '-d', directory, join(directory, 'Read.java')]);
  const stats = sets.map((values) => statsOf(values));
  const lines = execFileSync('java', ['-cp', `${JAR}:${directory}`, 'Read', ...stats.map((each) => each.hdr)], { encoding: 'utf8' })
    .trim()
    .split('\n');
  t.deepEqual(
    lines.map((line) => line.split(' ').map(Number)),
    stats.map((each) => {
      const decoded = hdr.decodeFromCompressedBase64(each.hdr, 64, false);
      return [5000, decoded.getValueAtPercentile(50), decoded.getValueAtPercentile(99), decoded.getValueAtPercentile(99.9)];
    }),
  );
});
