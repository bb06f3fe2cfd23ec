// Services whose buffers, native memory or counts grow, and services where they only jump, wander or fill: levels over time, without objects.
import type { MemoryPoint } from '../../../src/diagnose/leaks/memory-point.js';
import { autoregressive, type Random } from './noise.js';
import { MIB, STEP_MINUTES } from './population.js';

const DAY_MINUTES = 1440;
const HANDLE = 'descriptors';

export type AgelessKind = 'external' | 'native' | 'handles';

/** Levels, minute by minute of uptime; asked once for each step, in order. MiB, or a count. */
export interface AgelessService {
  level(minute: number): number;
  /** 1 is normal. */
  traffic?(minute: number): number;
  leaksFrom?: number;
}

export interface AgelessScenario {
  name: string;
  kind: AgelessKind;
  isLeak: boolean;
  make(random: Random): AgelessService;
}

type Level = (minute: number) => number;

/** As resident memory moves: noise that keeps some of itself, and now and then more for a few minutes. ratio: standard deviation by the level. */
function noisy(random: Random, level: Level, ratio = 0.03): Level {
  const noise = autoregressive(random, 0.7);
  let spikeUntil = 0;
  let spike = 0;
  return (minute) => {
    if (minute >= spikeUntil && random.next() < STEP_MINUTES / 60) {
      spikeUntil = minute + random.between(0.5, 4);
      spike = random.between(0.1, 0.5);
    }
    return level(minute) * Math.max(0.3, 1 + ratio * noise() + (minute < spikeUntil ? spike : 0));
  };
}

const jump =
  (atMinute: number, by: number, minutes = 1): Level =>
  (minute) =>
    by * Math.min(1, Math.max(0, (minute - atMinute) / minutes));

/** So much has been needed at once at the most, and most of it stays: records come ever more seldom. */
function highWater(random: Random, typical: number, perDay: number): Level {
  let most = 0;
  return () => {
    if (random.next() < (perDay * STEP_MINUTES) / DAY_MINUTES) most = Math.max(most, -typical * Math.log(1 - random.next()));
    return most;
  };
}

/** A burst leaves holes; what malloc gives back goes slowly. */
const fragmented =
  (atMinute: number, by: number): Level =>
  (minute) =>
    minute < atMinute ? 0 : by * (0.6 + 0.4 * Math.exp(-(minute - atMinute) / 360));

const filling =
  (by: number, tauMinutes: number): Level =>
  (minute) =>
    by * (1 - Math.exp(-minute / tauMinutes));

function wander(random: Random, sd: number, tauMinutes: number): Level {
  const noise = autoregressive(random, Math.exp(-STEP_MINUTES / tauMinutes));
  return () => sd * noise();
}

const sum =
  (...levels: Level[]): Level =>
  (minute) =>
    levels.reduce((total, level) => total + level(minute), 0);
const flat =
  (level: number): Level =>
  () =>
    level;

function daily(random: Random, swing: number): Level {
  const phase = random.between(0, DAY_MINUTES);
  return (minute) => 1 + swing * Math.sin((2 * Math.PI * (minute + phase)) / DAY_MINUTES);
}

const calm = (kind: AgelessKind, name: string, make: (random: Random) => Level): AgelessScenario => ({
  name: `${kind}: ${name}`,
  kind,
  isLeak: false,
  make: (random) => ({ level: noisy(random, make(random)) }),
});

const counted = (name: string, make: AgelessScenario['make']): AgelessScenario => ({
  name: `handles: ${name}`,
  kind: 'handles',
  isLeak: false,
  make,
});
const leak = (kind: AgelessKind, name: string, make: AgelessScenario['make']): AgelessScenario => ({
  name: `${kind}: ${name}`,
  kind,
  isLeak: true,
  make,
});
const anHour =
  (perHour: number, fromMinute: number): Level =>
  (minute) =>
    (perHour / 60) * Math.max(0, minute - fromMinute);

export const AGELESS_CALM: readonly AgelessScenario[] = [
  calm('native', 'noise of 3 %, spikes', () => flat(80)),
  calm('native', 'jump +150 % in 1 min, as a heap snapshot', (random) => sum(flat(80), jump(random.between(30, 900), 120))),
  calm('native', 'jump +150 % in 8 min, as an import', (random) => sum(flat(80), jump(random.between(30, 900), 120, 8))),
  calm('native', 'four jumps of +40 %', (random) => sum(flat(80), ...Array.from({ length: 4 }, () => jump(random.between(20, 1200), 32)))),
  calm('native', 'high-water marks of malloc', (random) => sum(flat(60), highWater(random, 40, 40))),
  calm('native', 'fragmentation after a burst, +100 %', (random) => sum(flat(80), fragmented(random.between(30, 900), 80))),
  ...[5, 15, 45].map((tau) => calm('native', `start +100 MB, tau ${tau} min`, () => sum(flat(50), filling(100, tau)))),
  calm('native', 'wander of 10 % in 3 h', (random) => sum(flat(100), wander(random, 10, 180))),
  calm('native', 'wander of 10 % in 40 min', (random) => sum(flat(100), wander(random, 10, 40))),
  calm('external', 'buffers in flight, sd 20 %', (random) => sum(flat(60), wander(random, 12, 5))),
  calm('external', 'jump +200 % in 2 min', (random) => sum(flat(40), jump(random.between(30, 900), 80, 2))),
  calm('external', 'cache +100 MB, tau 30 min', () => sum(flat(40), filling(100, 30))),
  calm('external', 'batches of 45 min, +100 %', (random) => {
    const phase = random.between(0, 45);
    return (minute) => 60 * (1 + ((minute + phase) % 45) / 45);
  }),
  {
    name: 'external: day and night ±40 %',
    kind: 'external',
    isLeak: false,
    make: (random) => {
      const traffic = daily(random, 0.4);
      return { level: noisy(random, (minute) => 80 * traffic(minute)), traffic };
    },
  },
  counted('connections, day and night ±60 %', (random) => {
    const traffic = daily(random, 0.6);
    const noise = autoregressive(random, 0.8);
    return { level: (minute) => Math.round(30 + 100 * traffic(minute) + 8 * noise()), traffic };
  }),
  counted('pool that grows by jumps to 120', (random) => {
    const jumps = sum(flat(25), ...Array.from({ length: 5 }, () => jump(random.between(20, 1200), 20)));
    return { level: (minute) => Math.round(jumps(minute)) };
  }),
  counted('jump +100', (random) => {
    const at = jump(random.between(30, 900), 100);
    return { level: (minute) => Math.round(30 + at(minute)) };
  }),
];

export const AGELESS_LEAKS: readonly AgelessScenario[] = [
  ...(['native', 'external'] as const).flatMap((kind) =>
    [100, 50, 20].map((percent) =>
      leak(kind, `leak ${percent} %/h`, (random) => {
        const from = random.between(60, 240);
        return { level: noisy(random, sum(flat(100), anHour(percent, from))), leaksFrom: from };
      }),
    ),
  ),
  leak('native', 'leak 50 %/h since the start', (random) => ({ level: noisy(random, sum(flat(100), anHour(50, 0))), leaksFrom: 0 })),
  leak('native', 'leak of threads, 8 MB each, 50 %/h', (random) => {
    const from = random.between(60, 240);
    const threads = anHour(50, from);
    return { level: noisy(random, (minute) => 100 + 8 * Math.floor(threads(minute) / 8)), leaksFrom: from };
  }),
  leak('native', 'leak 50 %/h after a jump', (random) => {
    const from = random.between(60, 240);
    return { level: noisy(random, sum(flat(80), jump(from, 40), anHour(50, from))), leaksFrom: from };
  }),
  leak('handles', 'leak of 60 an hour', (random) => {
    const from = random.between(60, 240);
    const grown = anHour(60, from);
    return { level: (minute) => Math.round(30 + grown(minute) + 2 * random.normal()), leaksFrom: from };
  }),
  leak('handles', 'leak of 40 an hour by tens', (random) => {
    const from = random.between(60, 240);
    const grown = anHour(40, from);
    return { level: (minute) => 30 + 10 * Math.floor(grown(minute) / 10), leaksFrom: from };
  }),
];

/** The point of one step. */
export function agelessPoint(kind: AgelessKind, level: number): Pick<MemoryPoint, 'externalBytes' | 'nativeBytes' | 'handles'> {
  return {
    externalBytes: kind === 'external' ? level * MIB : 4e6,
    nativeBytes: kind === 'native' ? level * MIB : 6e7,
    handles: kind === 'handles' ? { [HANDLE]: level } : { [HANDLE]: 30 },
  };
}
