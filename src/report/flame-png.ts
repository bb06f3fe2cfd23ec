// A flame graph as a PNG on disk, from the call tree that a report carries. Heavy: a native library and about 200 ms.
import { join } from 'node:path';
import { flamePng } from '../flame/draw/png.js';
import { fromFlameTree } from '../flame/flame-tree.js';
import { writeAtomically } from './files.js';
import { FLAME_DIRECTORY } from './flame-files.js';
import type { FlameTree } from './report-types.js';

export interface FlamePngTask {
  directory: string;
  /** Name of the file, without its ending. */
  base: string;
  flame: FlameTree;
  title: string;
  subtitle: string;
}

/** Returns the file's name relative to the run directory. */
export async function writeFlamePng({ directory, base, flame, title, subtitle }: FlamePngTask): Promise<string> {
  const png = await flamePng(fromFlameTree(flame), { title, subtitle });
  writeAtomically(join(directory, FLAME_DIRECTORY), `${base}.png`, png);
  return `${FLAME_DIRECTORY}/${base}.png`;
}
