// The programs of the corpus without pitot, by a clock of their own: each leak grows as its table says, what is harmless stays below its bound.
import test from 'ava';
import { checkProgram } from '../../eval/check-program.js';
import type { Pattern } from '../../eval/corpus/pattern.js';
import { PATTERNS } from '../../eval/corpus/patterns.js';
import { FURTHER } from '../../eval/further/further.js';

/** Programs at once. Each is a process that computes without rest. */
const JOBS = 2;
const LEAK_MINUTES = 10;
/** Covers each program's own time but the days of N3: half an hour of sessions, two hours of a ramp. */
const HARMLESS_MINUTES: Record<string, number> = { 'cache-to-cap-slowly': 160, sawtooth: 120, ramp: 140, fragmentation: 45 };
const HARMLESS_MINUTES_ELSE = 60;
/** What an object takes differs from line to line of Node.js, and resident memory moves by itself. */
const RATIO_MIN = 0.6;
const RATIO_MAX = 1.7;

async function each(patterns: readonly Pattern[], look: (pattern: Pattern) => Promise<string>): Promise<string[]> {
  const queue = [...patterns];
  const found: string[] = [];
  const takeTurns = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) found.push(await look(next));
  };
  await Promise.all(Array.from({ length: JOBS }, takeTurns));
  return found.filter((text) => text !== '');
}

test.serial('should grow by the rate of the table when a leak runs', async (t) => {
  const wrong = await each(
    [...PATTERNS, ...FURTHER].filter(({ expected, install }) => expected === 'leak' && install.length === 0),
    async (pattern) => {
      const { bytesPerHour } = await checkProgram(pattern, process.execPath, LEAK_MINUTES);
      const ratio = bytesPerHour / pattern.bytesPerHour;
      return ratio > RATIO_MIN && ratio < RATIO_MAX
        ? ''
        : `${pattern.id}: ${Math.round(bytesPerHour)} bytes an hour, ${ratio.toFixed(2)} of its rate`;
    },
  );
  t.deepEqual(wrong, []);
});

test.serial('should stay below its bound when what is harmless runs', async (t) => {
  const wrong = await each(
    PATTERNS.filter(({ expected }) => expected !== 'leak'),
    async (pattern) => {
      const { aboveBaseBytes } = await checkProgram(pattern, process.execPath, HARMLESS_MINUTES[pattern.id] ?? HARMLESS_MINUTES_ELSE);
      return aboveBaseBytes < pattern.boundBytes ? '' : `${pattern.id}: ${Math.round(aboveBaseBytes)} bytes above its base`;
    },
  );
  t.deepEqual(wrong, []);
});

test('should have 18 leaks and 10 kinds of what is none, each with a name for its culprit', (t) => {
  const leaks = PATTERNS.filter(({ expected }) => expected === 'leak');
  t.is(leaks.length, 18);
  t.deepEqual(
    leaks.filter(({ culprit, allocation, bytesPerHour }) => culprit.length === 0 || allocation === '' || bytesPerHour < 5 * 2 ** 20),
    [],
  );
  const harmless = PATTERNS.filter(({ number }) => number.startsWith('N'));
  t.is(new Set(harmless.map(({ number }) => /^N\d+/.exec(number)![0])).size, 10);
  t.is(new Set(PATTERNS.map(({ id }) => id)).size, PATTERNS.length);
});
