// Heavy pool worker: what loads a native library or takes long. There is none until one is needed, and it goes when it has had nothing to do for a while.

import { osThreadId } from '../src/core/os-thread-id.js';
import type { FlamePngTask } from '../src/report/flame-png.js';

export default async function run(task: FlamePngTask): Promise<{ file: string; tid: number }> {
  const { writeFlamePng } = await import('../src/report/flame-png.js');
  return { file: await writeFlamePng(task), tid: osThreadId() };
}
