// The order in which the folders of src stand on each other, and the one exception.
import type { Import } from './import-graph.js';

/** Lowest first. A part may import from its own folder and from lower rows; never from a higher row nor from a neighbour in its own. */
export const LAYERS: readonly (readonly string[])[] = [
  // worker-urls.ts is two constants without an import: whoever starts a thread asks it.
  ['core', 'worker-urls.ts'],
  ['config'],
  ['memory'],
  ['host', 'aggregate'],
  // heap reads snapshots of any tool and knows nothing of the rest.
  // monitoring is an API over host alone; diagnose knows nothing of it.
  ['diagnose', 'monitoring'],
  ['flame', 'heap'],
  ['report'],
  ['export'],
  ['agent'],
  ['register.ts', 'index.ts', 'cli'],
];

/**
 * The exception: the report's types are plain data that rest on core alone, so that whoever fills in a part of the report may name it
 * (as a type only, which leaves nothing in the compiled code). core, which knows no report, may not.
 */
export const SHARED_TYPES = 'src/report/report-types.ts';

/** Folder directly under src, or file directly in it. */
export const partOf = (path: string): string => path.split('/')[1];

export const rankOf = (path: string): number => LAYERS.findIndex((row) => row.includes(partOf(path)));

/** Why an import within src is not allowed; null when it is. */
export function violation({ from, to, typeOnly }: Import): string | null {
  if (to === null || partOf(from) === partOf(to)) return null;
  if (!to.startsWith('src/')) return `${from} imports ${to}, which is outside src`;
  if (to === SHARED_TYPES && typeOnly && rankOf(from) > 0) return null;
  if (rankOf(to) < rankOf(from)) return null;
  return `${from} (${partOf(from)}, layer ${rankOf(from)}) imports ${to} (${partOf(to)}, layer ${rankOf(to)})${typeOnly ? ' as a type' : ''}`;
}
