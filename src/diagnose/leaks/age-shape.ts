// The shape of one function's birth ages: all ages since its first survivor, or the front, one bin, or the newest only.

export const AGE_BINS_MAX = 12;
const AGE_BINS_MIN = 5;
/** Samples a bin, on average: fewer bins where there are fewer samples. */
const SAMPLES_PER_BIN = 3;
/** Part of the bins, without the first and the last, that must hold a quarter of their median. LEAKS 2.4. */
const GENERATIONS_MIN = 0.7;
/** The same of so few bins that one empty one may be chance. */
const GENERATIONS_FEW_MIN = 0.6;
const FEW_BINS = 8;
/** Part of all bytes in one bin from which on it is a step. */
const STEP_MIN = 0.7;
/** Bytes of the older half by those of the newer half: below it old objects die, above it the growth ends. */
const HALVES_RATIO = 2.5;
/** The halves must differ by so many standard deviations of counting as well. */
const HALVES_DEVIATIONS = 2.5;
/** Bytes of the newer half by those of the older, and in standard deviations of counting, up to which both are taken for the same. */
const EVEN_RATIO = 1.5;
const EVEN_DEVIATIONS = 1.5;
/** Newest bins with so many times the median of the older half hold what is in flight on top of what stays. */
const YOUNG_RATIO = 2;

export type AgeShape = 'all-ages' | 'in-flight' | 'step' | 'front' | 'gaps' | 'dying' | 'few';

export interface ShapedAges {
  shape: AgeShape;
  /** Bytes by birth, oldest first. */
  bytesByAge: number[];
  generationRatio: number;
  /** The newest bins stand out: what is from this ordinal on is in flight as well. Half of all bins at most. undefined: they do not. */
  youngFrom?: number;
  /** What all bins would hold if the newest held as much as the others, bytes: it holds what is in flight as well. */
  lastingBytes: number;
}

/** Samples in order of birth, from the axis's first ordinal on. */
export function shapeOf(ordinals: readonly number[], sizes: readonly number[], fromOrdinal: number, toOrdinal: number): ShapedAges {
  const bins = Math.min(AGE_BINS_MAX, Math.max(AGE_BINS_MIN, Math.floor(ordinals.length / SAMPLES_PER_BIN)));
  const bytesByAge = new Array<number>(bins).fill(0);
  const width = Math.max(toOrdinal - fromOrdinal, 1) / bins;
  for (let i = 0; i < ordinals.length; i++) bytesByAge[Math.min(bins - 1, Math.floor((ordinals[i] - fromOrdinal) / width))] += sizes[i];
  const inner = bytesByAge.slice(1, -1);
  const typical = [...inner].sort((a, b) => a - b)[inner.length >> 1];
  const generationRatio = typical > 0 ? inner.filter((bytes) => bytes >= typical / 4).length / inner.length : 0;
  const oldBins = oldBinsOf(bytesByAge);
  return {
    shape: ordinals.length < AGE_BINS_MIN ? 'few' : named(bytesByAge, inner, generationRatio, ordinals.length),
    bytesByAge,
    generationRatio,
    ...(oldBins < bins && { youngFrom: fromOrdinal + oldBins * width }),
    lastingBytes: (sum(bytesByAge.slice(0, -1)) * bins) / (bins - 1),
  };
}

/** How many bins, oldest first, are below those that stand out. */
function oldBinsOf(bytesByAge: readonly number[]): number {
  const half = Math.ceil(bytesByAge.length / 2);
  const typical = bytesByAge.slice(0, half).sort((a, b) => a - b)[half >> 1];
  let bins = bytesByAge.length;
  while (bins > half && bytesByAge[bins - 1] > YOUNG_RATIO * typical) bins--;
  return bins;
}

/** Whether as many of the newer half are alive as of the older, but for chance: of what dies sometime fewer old ones are left, and of what traffic brings there are more new ones. */
export function isEven(bytesByAge: readonly number[], samples: number): boolean {
  const half = bytesByAge.length >> 1;
  const older = sum(bytesByAge.slice(0, half));
  const newer = sum(bytesByAge.slice(-half));
  const chance = EVEN_DEVIATIONS * Math.sqrt((older + newer) * (sum(bytesByAge) / Math.max(1, samples)));
  return newer <= EVEN_RATIO * older || newer - older <= chance;
}

function named(all: readonly number[], inner: readonly number[], generationRatio: number, samples: number): AgeShape {
  const total = sum(all);
  const newest = all[all.length - 1];
  const half = inner.length >> 1;
  const older = sum(inner.slice(0, half));
  const newer = sum(inner.slice(-half));
  if (newest > STEP_MIN * total) return 'in-flight';
  if (Math.max(...all) > STEP_MIN * total) return 'step';
  const chance = HALVES_DEVIATIONS * Math.sqrt((older + newer) * (total / samples));
  if (older > HALVES_RATIO * newer && older - newer > chance) return 'front';
  if (newer > HALVES_RATIO * older && newer - older > chance) return 'dying';
  return generationRatio >= (all.length < FEW_BINS ? GENERATIONS_FEW_MIN : GENERATIONS_MIN) ? 'all-ages' : 'gaps';
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
