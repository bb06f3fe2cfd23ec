// The limit that resident memory is held against. A limit of the heap alone bounds what lives there, not what is resident.
import type { Report } from './report-types.js';

/** Bytes; 0: none is known. */
export const residentLimit = ({ limitBytes, limitSource }: Report['runtime']['memory']): number =>
  limitSource === 'max-old-space-size' ? 0 : limitBytes;
