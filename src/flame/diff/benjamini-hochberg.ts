// Many questions asked at once: p values adjusted so that few of the answers called findings are noise.

/**
 * Benjamini and Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995) 289–300. An adjusted value ≤ level is a finding; of the
 * findings, a share of at most `level` is expected to be noise, and where nothing has changed, any finding at all has at most that probability.
 * Holds for independent and for positively dependent questions (Benjamini and Yekutieli 2001). Same order as given.
 */
export function adjustForMany(pValues: readonly number[]): number[] {
  const count = pValues.length;
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[b] - pValues[a]);
  const adjusted = new Array<number>(count);
  let least = 1;
  for (const [fromTop, index] of order.entries()) {
    least = Math.min(least, (pValues[index] * count) / (count - fromTop));
    adjusted[index] = least;
  }
  return adjusted;
}
