// The clock of allocation, over spaces that the test fills.
import test from 'ava';
import { AllocationClock } from '../../src/host/allocation-clock.js';

const MIB = 1024 * 1024;
const spaces = (youngMib: number, largeMib = 0) => [
  { space_name: 'large_object_space', space_used_size: largeMib * MIB, space_available_size: 0 },
  { space_name: 'new_space', space_used_size: youngMib * MIB, space_available_size: (16 - youngMib) * MIB },
];
const young = (endMs: number, count = 1) => ({ young: count, full: 0, youngEndMs: endMs, fullEndMs: 0 });
const full = (endMs: number, count = 1) => ({ young: 0, full: count, youngEndMs: 0, fullEndMs: endMs });

test('should count what came between two looks, and large objects that stay', (t) => {
  const clock = new AllocationClock();
  clock.look(spaces(2, 8));
  t.is(clock.allocatedBytes, 0);
  clock.look(spaces(5, 8));
  clock.look(spaces(5, 12));
  clock.look(spaces(5, 10));
  t.is(clock.allocatedBytes / MIB, 3 + 4);
});

test('should take the young space for full when it is collected and little is known of it', (t) => {
  const clock = new AllocationClock();
  clock.look(spaces(4));
  clock.read(young(1000), 1001, spaces(1));
  t.is(clock.allocatedBytes / MIB, 12, 'what is there has survived');
  clock.read(young(2000, 3), 2100, spaces(2));
  t.is(clock.allocatedBytes / MIB, 12 + 15 + 2 * 16 + 2, 'told late: what is there is new');
});

test('should count as much of each collection as looks find that the space is filled, when buffers have it collected early', (t) => {
  const clock = new AllocationClock();
  // 0 to 4 MiB of 16, over and over, ten times a second, by full collections; a look a second, never at the same moment.
  let count = 0;
  for (let look = 0; look < 400; look++) {
    clock.read(full(count, 10), count, spaces(0));
    if (look === 100) count = clock.allocatedBytes;
    clock.look(spaces(((look * 0.618_034) % 1) * 4));
  }
  const perSecondMib = (clock.allocatedBytes - count) / 299 / MIB;
  t.true(perSecondMib > 36 && perSecondMib < 44, `${perSecondMib} MiB a second of 40`);
});
