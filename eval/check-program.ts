// Runs a program of the corpus without pitot and without a clock, and says what it holds after collections: whether it leaks what its table says.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Pattern } from './corpus/pattern.js';
import type { CheckAnswer } from './corpus/service.js';
import { programEnv, programFile } from './program-files.js';

const run = promisify(execFile);
const CHECK_MS_MAX = 120_000;

export interface Check extends CheckAnswer {
  /** Growth of what the pattern says grows, bytes a simulated hour, over the second half of the time. */
  bytesPerHour: number;
  /** Most that was held above the start. */
  aboveBaseBytes: number;
}

/** @throws where the program ends with an error. */
export async function checkProgram(pattern: Pattern, node: string, minutes: number, packages = ''): Promise<Check> {
  const env = programEnv({ EVAL_CHECK_MINUTES: String(minutes), EVAL_BYTES_PER_HOUR: String(pattern.bytesPerHour), EVAL_PACKAGES: packages });
  const { stdout } = await run(node, ['--expose-gc', programFile(pattern.program), ...pattern.args], { env, timeout: CHECK_MS_MAX });
  const answer = JSON.parse(stdout) as CheckAnswer;
  const bytes = answer.live.map((live) => {
    if (pattern.kind === 'native') return live.rssBytes;
    return pattern.kind === 'external' ? live.externalBytes : live.heapBytes;
  });
  const middle = bytes.length >> 1;
  const hours = (answer.live.at(-1)!.minute - answer.live[middle].minute) / 60;
  return { ...answer, bytesPerHour: (bytes.at(-1)! - bytes[middle]) / hours, aboveBaseBytes: Math.max(...bytes) - bytes[0] };
}
