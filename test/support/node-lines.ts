// Which Node.js the applications of the tests run on: .ci/run names one binary after the other in PITOT_TEST_NODE.
import { execFileSync } from 'node:child_process';
import { NODE } from './app.js';

/** Lines of Node.js that pitot is tested on, oldest first: the first runs the tests themselves, .ci/run fetches the others. */
export const NODE_LINES = [20, 22, 24, 26] as const;

/** Version of the binary that applications run on, as `process.version` has it there. */
export function nodeVersion(): string {
  return execFileSync(NODE, ['-p', 'process.version'], { encoding: 'utf8', env: { PATH: process.env.PATH } }).trim();
}

export const lineOf = (version: string): number => Number(/^v(\d+)\./.exec(version)?.[1]);
