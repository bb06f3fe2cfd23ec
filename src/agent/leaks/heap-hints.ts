// What the detector knows of a leak, for whoever looks for it in a heap snapshot.
import { functionKey } from '../../diagnose/leaks/age-capture.js';
import type { LeakVerdict } from '../../diagnose/leaks/leak-verdict.js';
import type { AllocatingHint, HeapHints } from '../../heap/heap-analysis.js';
import type { CallTable } from './call-table.js';

/** Functions that are called below those that leak, those seen most often first. */
const INLINED_MAX = 100;

/** grownBytes: when the snapshot was taken. */
export function hintsOf(verdict: LeakVerdict, grownBytes: number, calls: CallTable): HeapHints {
  const { kind, grownBytes: grownNowBytes, trendGrownBytes, functions, quietFunctions } = verdict;
  const hint = ({ function: name, file, line, bytes }: AllocatingHint): AllocatingHint => ({ function: name, file, line, bytes });
  const below = functions
    .flatMap((leaking) => calls.below(leaking).map((it) => ({ ...it, bytes: leaking.bytes, inlined: true })))
    .slice(0, INLINED_MAX);
  const inlinable = new Set(below.map(functionKey));
  // What has grown since the snapshot is not in it.
  const leastBytes = trendGrownBytes - Math.max(0, grownNowBytes - grownBytes);
  return {
    ...(kind === 'handles' ? {} : { kind }),
    ...(grownBytes > 0 ? { growthBytes: grownBytes } : {}),
    ...(leastBytes > 0 ? { growthBytesMin: leastBytes } : {}),
    functions: [...functions.flatMap((it) => [hint(it), ...(it.members ?? []).map(hint)]), ...below],
    // What is called by one that leaks may have ceased by being inlined into it.
    quietFunctions: quietFunctions.filter((it) => !inlinable.has(functionKey(it))).map(hint),
  };
}
