// What every kind of condition does: it judges the series of one set of figures, and says what it saw.
import type { Labels } from '../../../core/labels.js';
import type { Histories, HistoryBudget } from '../histories.js';
import type { FiguresIndex } from '../select-series.js';

/** no-data: nothing can be said. few: there were too few calls to say it, or none. learning: not yet. */
export type Answer = 'yes' | 'no' | 'no-data' | 'few' | 'learning';

/** What one condition says of one series. */
export interface Judgement {
  judge: Judge;
  key: string;
  labels: Labels;
  answer: Answer;
  /** NaN: there is none. */
  value: number;
  /** What the value is compared with. */
  limit: number;
  /** How near the value is to the limit: 1 is there. Picks the series that an answer tells of. */
  nearness: number;
  /** Why, where answer and figures do not tell: baseline, trend, number of calls. */
  detail?: Detail;
  /** It would not fire now: it has fired, and has not come back past its clear value. */
  lingers?: true;
  /** It holds, but not all that must hold with it: nothing follows from it. */
  inVain?: true;
  /** Observed time that a sum of calls is of, ms. Default: that of the newest figures. */
  coversMs?: number;
}

export type Detail =
  /** now: calls in the newest figures. count: with those before, where they are added up; lookbackMs: for how long at most. */
  | { kind: 'few'; count: number; needed: number; now: number; lookbackMs?: number }
  | { kind: 'learning'; coveredMs: number; neededMs: number }
  | { kind: 'baseline'; median: number; windows: number }
  | { kind: 'trend'; perHour: number; lowerPerHour: number; reachesMs: number; limitValue: number }
  | { kind: 'refused' };

/** Asked of a firing series: whether this condition was what held. It is then over only past its clear value. */
export type WasHolding = (judge: Judge, key: string) => boolean;

/** What a condition asks of the rule it is in. */
export interface Asked {
  wasHolding: WasHolding;
  /** Whether each answer of this series matters, for it has an alert, or other conditions must hold with this one. */
  matters: (key: string) => boolean;
  /** None does: matters need not be asked. */
  noneMatters: boolean;
  /** What the rule has observed so far, and in the newest figures, ms (observed-time.ts). */
  clockMs: number;
  elapsedMs: number;
}

export interface Judge {
  /** Bit of this condition within its rule. */
  bit: number;
  /** Names the condition: a state saved under another one is not restored. */
  fingerprint: string;
  /** Percentiles, distributions and histories are of windows only. */
  windowsOnly: boolean;
  histories: Histories | undefined;
  /** says() alone is the whole message: there is no figure it would be compared with. */
  bare?: true;
  /** It judges calls: a series that goes away is one that nobody calls. */
  ofCalls?: boolean;
  /** One call can show it: until the next one, silence may be what it left behind. */
  oneCall?: boolean;
  /** All that hold or matter; of all others the nearest of each answer. */
  judge(index: FiguresIndex, asked: Asked): Judgement[];
  /** Takes the figures that were judged last into the histories, but for series that are pending or firing. */
  learn(index: FiguresIndex, isFrozen: (key: string) => boolean): void;
  /** What it is that is judged, in words: `p95 of commands {command=Transfer}`. */
  names(judgement: Judgement): string;
  /** What its value is: `p95 of commands {command=Transfer} is 41 ms`. */
  says(judgement: Judgement): string;
  /** The same without the name when it is over, with the limit that it was beyond: `was 95 ms, above 2 x 38 ms (median of 34 windows)`. */
  was(judgement: Judgement): string;
  /** When it fires, in words: `above 100 ms`. */
  fires(judgement: Judgement): string;
}

/** What conditions are made with. */
export interface JudgeContext {
  bit: number;
  timeScale: number;
  windowMs: number;
  /** For how long calls are added up at most until there are enough, ms. */
  lookbackMs: number;
  budget: HistoryBudget;
}

/** A condition without a history of its own learns nothing. */
export const learnNothing = (): void => {};
