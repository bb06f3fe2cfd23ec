// Whether a snapshot would have fitted, by what it really takes: so a refusal was right, or too careful.
import { BYTES_PER_MIB } from '../../src/core/units.js';
import type { Measured, Situation } from './situation.js';

/** Null: nothing was measured. */
export function fits({ leftMib, diskMib, isDiskMemory }: Situation, measured: Pick<Measured, 'spikeBytes' | 'fileBytes'> | null): boolean | null {
  if (measured === null) return null;
  const { spikeBytes, fileBytes } = measured;
  if (spikeBytes + (isDiskMemory ? fileBytes : 0) > leftMib * BYTES_PER_MIB) return false;
  return diskMib === null || fileBytes <= diskMib * BYTES_PER_MIB;
}
