// Which function of one profile is which of another: by name and file, not by line, since lines move between versions.
import type { Frame, FrameKind } from '../profile.js';

/** A function over all profiles of a diff. Anonymous functions of one file are one. */
export interface FunctionInfo {
  function: string;
  file: string;
  /** As last seen: on the after side where it is there. */
  line: number;
  kind: FrameKind;
  package: string;
}

/** Numbers functions in the order they are seen. */
export class FunctionTable {
  readonly infos: FunctionInfo[] = [];
  private readonly indexOf = new Map<string, number>();

  /** `file`: the frame's file as both sides know it. */
  indexFor(frame: Frame, file: string): number {
    const key = `${frame.function}\n${file}`;
    let index = this.indexOf.get(key);
    if (index === undefined) {
      index = this.infos.length;
      this.indexOf.set(key, index);
      this.infos.push({ function: frame.function, file, line: frame.line, kind: frame.kind, package: frame.package });
    } else this.infos[index].line = frame.line;
    return index;
  }
}

/** Removes a side's own root from its absolute paths. */
export type ToCommonFile = (file: string) => string;

/**
 * Two releases in two directories: `/srv/v1/src/a.js` and `/srv/v2/src/a.js` are one file. Finds the pair of roots that makes most of the
 * absolute paths equal (a file that both sides have stays as it is) and returns what strips them.
 */
export function alignRoots(before: Iterable<string>, after: Iterable<string>): { before: ToCommonFile; after: ToCommonFile } {
  const [left, right] = [new Set(before), new Set(after)];
  const only = (files: Set<string>, others: Set<string>): string[] => [...files].filter((file) => isAbsolute(file) && !others.has(file));
  const votes = new Map<string, { count: number; roots: [string, string] }>();
  const byName = new Map<string, string[]>();
  for (const file of only(right, left)) byName.set(baseOf(file), [...(byName.get(baseOf(file)) ?? []), file]);
  for (const file of only(left, right)) {
    for (const other of byName.get(baseOf(file)) ?? []) {
      const roots = rootsOf(file, other);
      const key = roots.join('\n');
      const vote = votes.get(key) ?? { count: 0, roots };
      vote.count++;
      votes.set(key, vote);
    }
  }
  const best = [...votes.values()].sort((a, b) => b.count - a.count)[0];
  const strip =
    (root: string, others: Set<string>): ToCommonFile =>
    (file) =>
      file.startsWith(root) && !others.has(file) ? file.slice(root.length) : file;
  return best === undefined
    ? { before: (file) => file, after: (file) => file }
    : { before: strip(best.roots[0], right), after: strip(best.roots[1], left) };
}

/** What stands before the longest common end, in whole folders. */
function rootsOf(a: string, b: string): [string, string] {
  const [left, right] = [a.split(/(?<=[/\\])/), b.split(/(?<=[/\\])/)];
  let same = 1;
  while (same < Math.min(left.length, right.length) && left.at(-1 - same) === right.at(-1 - same)) same++;
  return [left.slice(0, -same).join(''), right.slice(0, -same).join('')];
}

const isAbsolute = (file: string): boolean => /^(?:\/|[A-Za-z]:[\\/])/.test(file);
const baseOf = (file: string): string => file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
