// The trend: Mann-Kendall by hand, slopes of known lines, and every reason for no growth.
import test from 'ava';
import { isStepwise } from '../../../src/diagnose/leaks/growth-steps.js';
import { mannKendallZ, trendsOf, type WindowTrend } from '../../../src/diagnose/leaks/growth-trend.js';
import { LevelHistory } from '../../../src/diagnose/leaks/level-history.js';
import { MIB } from './population.js';

const MINUTE_MS = 60_000;
const SCALE = { baseMin: 50 * MIB, growthMin: 3 * MIB, perHourMin: 5 * MIB, patienceMin: 100 * MIB, noiseMin: MIB / 4, isAged: false };

/** Two hours, a point a minute. */
function hourWindow(level: (minute: number) => number): WindowTrend {
  const history = new LevelHistory('last');
  for (let minute = 0; minute <= 120; minute++) history.add(minute * MINUTE_MS, level(minute) * MIB);
  return trendsOf(history, 120 * MINUTE_MS, 0, SCALE).find(({ windowMs }) => windowMs === 60 * MINUTE_MS)!;
}

test('should give z by the formula of Mann when values rise, fall, and are equal', (t) => {
  t.is(mannKendallZ(Float32Array.of(1, 2, 3, 4, 5, 6)), 14 / Math.sqrt((6 * 5 * 17) / 18));
  t.is(mannKendallZ(Float32Array.of(6, 5, 4, 3, 2, 1)), -14 / Math.sqrt((6 * 5 * 17) / 18));
  t.is(mannKendallZ(Float32Array.of(3, 3, 3, 3)), 0);
});

test('should give the rate of a line exactly when there is no noise', (t) => {
  const trend = hourWindow((minute) => 100 + minute / 2);
  t.is(trend.no, null);
  t.true(Math.abs(trend.bytesPerHour / MIB - 30) < 0.001, `${trend.bytesPerHour / MIB}`);
  t.true(trend.isCritical);
});

test('should say why it is no growth when a level is flat, slow, slowing, small or shaky', (t) => {
  t.is(hourWindow(() => 100).no, 'flat');
  t.is(hourWindow((minute) => 100 + minute / 60).no, 'slow');
  t.is(hourWindow((minute) => 100 + 60 * (1 - Math.exp(-(minute - 60) / 20))).no, 'slowing');
  t.is(hourWindow((minute) => 100 + (minute % 20)).no, 'slow');
  t.is(hourWindow((minute) => 100 + minute / 4 + 30 * Math.sin(minute / 2)).no, 'unsteady');
});

test('should look at no window when it is not covered by points', (t) => {
  const history = new LevelHistory('last');
  for (let minute = 0; minute <= 10; minute++) history.add(minute * MINUTE_MS, (100 + minute) * MIB);
  t.deepEqual(
    trendsOf(history, 10 * MINUTE_MS, 0, SCALE).map(({ windowMs }) => windowMs / MINUTE_MS),
    [8],
  );
});

test('should keep no more than its cells when points come for a week', (t) => {
  const history = new LevelHistory('last');
  for (let minute = 0; minute <= 7 * 1440; minute++) history.add(minute * MINUTE_MS, minute);
  const { fine, coarse } = history.save();
  t.deepEqual([fine[0].length, coarse[0].length], [420, 144]);
});

test('should know the level it fell from when it rose and fell, and none when it only rose', (t) => {
  const history = new LevelHistory('last');
  for (let minute = 0; minute <= 300; minute++) history.add(minute * MINUTE_MS, minute < 200 ? 100 + minute : 110);
  t.is(history.ceiling, 299);
  const rising = new LevelHistory('last');
  for (let minute = 0; minute <= 300; minute++) rising.add(minute * MINUTE_MS, 100 + minute);
  t.is(rising.ceiling, Number.NEGATIVE_INFINITY);
});

test('should say step when a level rose in jumps, and growth when it rises between them or by many', (t) => {
  const noise = (i: number): number => 2 * Math.sin(i * i);
  const series = (level: (i: number) => number): Float32Array => Float32Array.from({ length: 24 }, (_, i) => level(i) + noise(i));
  t.true(isStepwise(series((i) => (i < 12 ? 80 : 200))));
  t.true(isStepwise(series((i) => (i < 8 ? 80 : i < 15 ? 120 : 160))));
  t.true(isStepwise(series((i) => (i < 21 ? 80 : 200))));
  t.true(isStepwise(series((i) => (i < 12 ? 80 : i === 18 ? 290 : 200))));
  t.true(isStepwise(series((i) => 80 + 30 * Math.min(4, Math.max(0, i - 8)))));
  t.false(isStepwise(series((i) => 80 + 2 * i)));
  t.false(isStepwise(series((i) => 80 + 4 * Math.max(0, i - 6))));
  t.false(isStepwise(series((i) => (i < 6 ? 80 : 90 + 6 * (i - 6)))));
  t.false(isStepwise(series((i) => 80 + 12 * Math.floor(i / 3))));
});

test('should call growth that slows a leak by work when work slows as much, and not when work goes on', (t) => {
  const level = (minute: number): number => 100 + 60 * (1 - Math.exp(-minute / 60));
  const trend = (workDone: (minute: number) => number): WindowTrend => {
    const history = new LevelHistory('last');
    const work = new LevelHistory('last');
    for (let minute = 0; minute <= 60; minute++) {
      history.add(minute * MINUTE_MS, level(minute) * MIB);
      work.add(minute * MINUTE_MS, workDone(minute));
    }
    return trendsOf(history, 60 * MINUTE_MS, 0, SCALE, work).find(({ windowMs }) => windowMs === 60 * MINUTE_MS)!;
  };
  const even = trend((minute) => 1000 * (level(minute) - 100));
  t.is(even.no, null);
  t.true(even.isByWork && Math.abs(even.concavityRatio - 1) < 0.01, `${even.concavityRatio}`);
  const filling = trend((minute) => 1000 * minute);
  t.deepEqual([filling.no, filling.isByWork], ['slowing', false]);
});
