// What the leak detector waits for and calls growth. All times are before the time scale divides them.
import { BYTES_PER_MIB } from '../../core/units.js';

const MINUTE_MS = 60_000;

/** Windows of the trend: the short ones see a fast leak soon, the long ones a slow one at all. */
export const WINDOWS_MS = [8, 12, 16, 20, 30, 45, 60, 120, 180].map((minutes) => minutes * MINUTE_MS);
/** From this window on, growth of 4 % an hour is worth a suspicion; in shorter ones noise of 2 % would be suspected daily. */
export const SLOW_WINDOW_MS = 120 * MINUTE_MS;
/** Bins of a window, at most: Theil-Sen takes the pairs of all. */
export const TREND_BINS_MAX = 24;
/** Fewer cannot reach the least z of the Mann-Kendall test even when each is above the last. */
export const TREND_BINS_MIN = 6;
/** Part of a window that must be covered by points. */
export const TREND_COVERAGE_MIN = 0.85;
/** Growth an hour that is critical, as a part of the level. */
export const CRITICAL_RATIO_PER_HOUR = 0.1;
/** Growth an hour that is a leak at all. */
export const SLOW_RATIO_PER_HOUR = 0.04;
/** The slope that is asked for is this part of the rate: a leak of exactly that rate is measured below it half of the time. */
export const SLOPE_RATIO_MIN = 0.9;
/** The same for the slope's lower bound (99 %, one side). */
export const LOWER_RATIO_MIN = 0.5;
/** In these windows the last third must grow as well, at this part of the slope: else a cache that is full since half an hour grows still. */
export const LAST_THIRD_WINDOW_MS = 120 * MINUTE_MS;
export const LAST_THIRD_RATIO_MIN = 0.35;
export const TREND_CONFIDENCE = 0.98;
/** Mann-Kendall: 99 %, two sides. */
export const TREND_Z_MIN = 2.58;
/** The newer half must grow at this part of the older half's slope, and at this part of the rate: else it slows down. */
export const CONCAVITY_RATIO_MIN = 0.6;
/** Noise of a level at least, as a part of it: a history without any would never be quiet. */
export const NOISE_RATIO_MIN = 0.005;
/** Work of a window's newer half by the older half's, at and below which growth that slows is looked at by work. */
export const WORK_SLOWS_RATIO_MAX = 0.8;
/** Least growth over a window, in median absolute deviations from the line. */
export const GROWTH_DEVIATIONS_MIN = 5;
export const GROWTH_BYTES_MIN = 3 * BYTES_PER_MIB;
export const GROWTH_RATIO_MIN = 0.03;
/** Level that growth is a part of, at least: else a process of 6 MB alarms about 600 KB. */
export const BASE_BYTES_MIN = 50 * BYTES_PER_MIB;
/** Least growth an hour: heap and external memory; native memory, which moves by malloc's whims. */
export const BYTES_PER_HOUR_MIN = 5 * BYTES_PER_MIB;
export const NATIVE_BYTES_PER_HOUR_MIN = 20 * BYTES_PER_MIB;
/** A trend is judged that often. */
export const CHECK_MS = MINUTE_MS;
/** A trend must hold for so long, or a twentieth of its window if that is more. */
export const PERSIST_MS = 2 * MINUTE_MS;
export const PERSIST_WINDOW_RATIO = 1 / 20;
/** Below a level that was there before, growth is worth a profile when it has held for so long, or for this part of its window if that is more. */
export const PROOF_HELD_MS = 10 * MINUTE_MS;
export const PROOF_HELD_RATIO = 0.25;
/** Before this uptime no verdict but by the fast path: a process that starts grows. */
export const UPTIME_MIN_MS = 15 * MINUTE_MS;
/** Growth in steps: so many jumps at most, levels that leave this part of a line's residue, and after the last jump this part of the slope and less. */
export const STEP_JUMPS_MAX = 3;
export const STEP_RESIDUE_RATIO_MAX = 0.4;
export const STEP_LAST_SLOPE_MAX = 0.5;
/** Levels that differ by this part of the rise and less are the same one. */
export const STEP_SAME_LEVEL_RATIO = 0.25;
/** Of a shorter last level the slope is not known yet. */
export const STEP_LAST_BINS_MIN = 6;
/** Points before this age are not looked at: loading and compiling. */
export const STARTUP_MS = 2 * MINUTE_MS;
/** Growth that began with the process may be a cache that fills: it is a leak when it has doubled the level, and by so much at least, or lasted for so long. */
export const PATIENCE_MS = 165 * MINUTE_MS;
export const PATIENCE_BYTES_MIN = 64 * BYTES_PER_MIB;
export const AGELESS_PATIENCE_BYTES_MIN = 256 * BYTES_PER_MIB;
/** After a snapshot of pitot's own, native memory below its least level of so long before was given back by malloc; a dip to no less is the application's. */
export const SHIFT_FLOOR_MS = 30 * MINUTE_MS;
/** Strict trend, for what birth ages do not decide: windows, concavity, z, and how long it must hold. */
export const STRICT_WINDOW_MIN_MS = 60 * MINUTE_MS;
export const STRICT_CONCAVITY_RATIO_MIN = 0.75;
export const STRICT_Z_MIN = 3.3;
export const STRICT_HOLDS_MS = 120 * MINUTE_MS;
/** A suspicion of what still grows is kept for so long when no window calls it growth. */
export const SUSPICION_HELD_MS = 15 * MINUTE_MS;
/** A trend that lapses for no longer has held all the time. */
export const LAPSE_MS = 10 * MINUTE_MS;
/** Fast path: a limit that is reached sooner needs no further proof, once half of it is used. */
export const FAST_LIMIT_MS = 30 * MINUTE_MS;
export const FAST_UPTIME_MIN_MS = 5 * MINUTE_MS;
export const FAST_LEVEL_RATIO_MIN = 0.5;
/** A leak is over when its slope is below this part of the slow rate, or half of its growth is gone. */
export const OVER_SLOPE_RATIO = 0.5;
export const OVER_GROWTH_RATIO = 0.5;

/** Two profiles that are compared lie so far apart: a fifth of the window, and these at least and at most. */
export const PAIR_GAP_WINDOW_RATIO = 0.2;
export const PAIR_GAP_MIN_MS = 3 * MINUTE_MS;
export const PAIR_GAP_MAX_MS = 12 * MINUTE_MS;
/** After a suspicion that was refuted, the next profile waits so long; doubled each time, up to the other. Each costs a full collection. */
export const REFUTED_WAIT_MS = 15 * MINUTE_MS;
export const REFUTED_WAIT_MAX_MS = 60 * MINUTE_MS;
/** The same while the level has not risen beyond where it was refuted, by this part of that growth (REFUTED_GROWTH_RATIO): the teeth of a saw are refuted each hour else. */
export const REFUTED_WAIT_BELOW_MAX_MS = 240 * MINUTE_MS;
/** It waits no longer, but for the first of these waits' most, once the level rose by this part of the growth that was refuted. */
export const REFUTED_GROWTH_RATIO = 0.5;
/** A profile asked for and not brought for so long: there is no sampler. */
export const NO_PROFILE_MS = 10 * MINUTE_MS;
/** What profiles said counts for so long. */
export const AGES_FRESH_MS = 90 * MINUTE_MS;
/** A profile of a known leak is renewed that often. */
export const AGES_RENEW_MS = 120 * MINUTE_MS;
/** Memory whose objects have no known age: a strict trend for so long, or a level that has doubled within one window: growth by this part of its first quarter's level. */
export const AGELESS_HOLDS_MS = 60 * MINUTE_MS;
export const DOUBLED_RATIO = 0.8;
export const DOUBLED_HOLDS_MS = 6 * MINUTE_MS;
/** There, growth counts in windows of this length and more: a jump may take ten minutes, and resident memory wanders. */
export const AGELESS_WINDOW_MIN_MS = 45 * MINUTE_MS;
/** Of memory judged by its trend alone, this part of the growth must lie above what the level has fallen from before. */
export const CEILING_EXCESS_RATIO = 0.5;
/** Native memory leaks by itself when this part of its growth and the heap's together is its own. LEAKS 1.3. */
export const NATIVE_SHARE_MIN = 0.6;
/** Traffic explains growth when it grew by this part of it at least. */
export const TRAFFIC_RATIO_MIN = 0.5;
/** A leak that was critical stays so above this part of the critical rate. */
export const STAYS_CRITICAL_RATIO = 0.7;
