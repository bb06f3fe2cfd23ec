// The widths that a picture of a flame graph may have.
import { PitotError, show } from '../../core/errors.js';

/** Narrower, no label has room; wider, a bitmap of 100 rows takes 40 MB. */
export const WIDTH_PX = { min: 300, max: 4000 };

/** @throws PitotError API_MISUSE for a width out of range. */
export function mustBeDrawable(widthPx: number | undefined): void {
  if (widthPx === undefined || (widthPx >= WIDTH_PX.min && widthPx <= WIDTH_PX.max)) return;
  throw new PitotError('API_MISUSE', {
    option: 'width',
    allowed: `a number of pixels ${WIDTH_PX.min}..${WIDTH_PX.max}`,
    received: show(widthPx),
    remedy: 'Leave it out, or choose one.',
  });
}
