// Merging slices into a window, cut short anywhere and gone on with; reading and clearing.
import test from 'ava';
import fc from 'fast-check';
import { SliceAggregator } from '../../src/aggregate/aggregate-slice.js';
import { clearWindow, groupByPath, mergeIntoRun, mergeSlice, openWindow } from '../../src/aggregate/window.js';
import { PATH_SLOTS } from '../../src/core/limits.js';
import {
  createAgentMemory,
  JOURNAL_DONE,
  RUN_MERGE_DONE,
  S_TIMED,
  STAT_FIELDS,
  USED_ENTRIES,
  type WindowMemory,
} from '../../src/memory/window-memory.js';
import { testRing } from '../support/ring.js';

const ids = Uint16Array.from({ length: PATH_SLOTS }, (_, id) => id);

function contents(window: WindowMemory): string {
  const { starts, buckets, counts } = groupByPath(window, PATH_SLOTS);
  const rows: string[] = [];
  for (let path = 0; path < PATH_SLOTS; path++) for (let i = starts[path]; i < starts[path + 1]; i++) rows.push(`${path}:${buckets[i]}=${counts[i]}`);
  return `${rows.sort().join(' ')} | ${[...window.stats].join(',')}`;
}

function sliceOf(values: readonly { path: number; value: number }[]) {
  const { memory, writer } = testRing(4096);
  for (const { path, value } of values) writer.write(path, 0, value);
  return new SliceAggregator(4096).aggregate(memory, 0, values.length);
}

/** A journal that ends the merge after a number of steps, as the end of a thread would: by throwing between two steps. */
class CutShort extends Error {}
function cuttingJournal(journal: Float64Array, slot: number, after: number): Float64Array {
  let steps = 0;
  return new Proxy(journal, {
    get: (target, key) => Reflect.get(target, key),
    set: (target, key, value) => {
      Reflect.set(target, key, value);
      if (key === String(slot) && ++steps === after) throw new CutShort();
      return true;
    },
  });
}

const memory = createAgentMemory();
const other = createAgentMemory();

test.serial('should hold the same counts when a merge is cut short at any step and gone on with', (t) => {
  const record = fc.record({ path: fc.integer({ min: 8, max: 20 }), value: fc.integer({ min: 0, max: 1_000_000 }) });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 200 }), fc.nat(300), (records, cutAfter) => {
      const slice = sliceOf(records);
      const [whole] = memory.windows;
      const [cut] = other.windows;
      openWindow(whole, 1, 0, 0);
      openWindow(cut, 1, 0, 0);
      memory.head[JOURNAL_DONE] = 0;
      other.head[JOURNAL_DONE] = 0;
      mergeSlice(whole, slice, ids, memory.head);
      try {
        mergeSlice(cut, slice, ids, cuttingJournal(other.head, JOURNAL_DONE, cutAfter + 1));
      } catch (error) {
        if (!(error instanceof CutShort)) throw error;
        mergeSlice(cut, slice, ids, other.head);
      }
      const same = contents(whole) === contents(cut);
      clearWindow(whole);
      clearWindow(cut);
      return same;
    }),
    { numRuns: 200 },
  );
  t.is(contents(memory.windows[0]), contents(createAgentMemory().windows[0]));
});

test.serial('should add a window to the run once when that is cut short at any step', (t) => {
  const slice = sliceOf(Array.from({ length: 50 }, (_, i) => ({ path: 8 + (i % 5), value: i * 1000 })));
  const expected = createAgentMemory();
  mergeSlice(expected.windows[0], slice, ids, expected.head);
  mergeIntoRun(expected.run, expected.windows[0]);
  for (const after of [1, 7, 50, 51, 60, 2000]) {
    const actual = createAgentMemory();
    const [window] = actual.windows;
    mergeSlice(window, slice, ids, actual.head);
    const guarded = { ...window, header: cuttingJournal(window.header, RUN_MERGE_DONE, after) };
    t.throws(() => mergeIntoRun(actual.run, guarded), { instanceOf: CutShort });
    t.true(mergeIntoRun(actual.run, window));
    t.is(contents(actual.run), contents(expected.run));
  }
});

test.serial('should be empty after clearing, also when clearing was cut short', (t) => {
  const [window] = memory.windows;
  memory.head[JOURNAL_DONE] = 0;
  mergeSlice(
    window,
    sliceOf([
      { path: 8, value: 1 },
      { path: 9, value: 2000 },
    ]),
    ids,
    memory.head,
  );
  t.is(window.stats[8 * STAT_FIELDS + S_TIMED], 1);
  window.keys[window.order[0]] = 0;
  clearWindow(window);
  t.is(window.header[USED_ENTRIES], 0);
  t.is(
    window.keys.findIndex((key) => key !== 0),
    -1,
  );
  t.is(
    window.stats.findIndex((value) => value !== 0),
    -1,
  );
});
