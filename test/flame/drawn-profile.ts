// Profiles written down as stacks in time, and call trees drawn as text: what a test expects can be read.
import { buildCallTree, type CallNode } from '../../src/flame/call-tree.js';
import type { CpuProfile } from '../../src/flame/formats/cpu-profile.js';
import { fromCpuProfile } from '../../src/flame/formats/cpu-profile.js';
import { nameProfile } from '../../src/flame/names/name-profile.js';
import type { NamedProfile, Profile } from '../../src/flame/profile.js';

/** `[time in µs, stack from the root on, as 'a b c']`. Functions stand in file:///app/<name>.js, line 1, but for V8's own in parentheses. */
export type Stack = readonly [timeUs: number, stack: string];

export const CWD = '/app';

/** As V8 would write it: one node a stack, ids from 1. */
export function cpuProfile(stacks: readonly Stack[], startTime = stacks[0]?.[0] ?? 0, endTime = stacks.at(-1)?.[0] ?? startTime): CpuProfile {
  const json: CpuProfile = { nodes: [], startTime, endTime, samples: [], timeDeltas: [] };
  const idOf = new Map<string, number>();
  const node = (stack: string): number => {
    const known = idOf.get(stack);
    if (known !== undefined) return known;
    const parent = stack === '' ? undefined : json.nodes[node(stack.slice(0, Math.max(0, stack.lastIndexOf(' ')))) - 1];
    const name = stack === '' ? '(root)' : stack.slice(stack.lastIndexOf(' ') + 1);
    const isOwn = name.startsWith('(');
    const at = isOwn ? -1 : 0;
    const id = json.nodes.length + 1;
    const functionName = name === '(gc)' ? '(garbage collector)' : name;
    const url = isOwn ? '' : name.includes(':') ? name : `file:///app/${name}.js`;
    json.nodes.push({ id, callFrame: { functionName, scriptId: '0', url, lineNumber: at, columnNumber: at }, children: [] });
    parent?.children?.push(id);
    idOf.set(stack, id);
    return id;
  };
  node('');
  let last = startTime;
  for (const [timeUs, stack] of stacks) {
    json.samples.push(node(stack));
    json.timeDeltas.push(timeUs - last);
    last = timeUs;
  }
  return json;
}

export function profile(stacks: readonly Stack[], thread = 'main', intervalUs = 10, startUs?: number, endUs?: number): Profile {
  return fromCpuProfile(cpuProfile(stacks, startUs, endUs), { thread, intervalUs });
}

export function named(stacks: readonly Stack[], thread = 'main', intervalUs = 10): NamedProfile {
  return nameProfile(profile(stacks, thread, intervalUs), { cwd: CWD, sourceMaps: null });
}

export const nameAll = (raw: Profile): NamedProfile => nameProfile(raw, { cwd: CWD, sourceMaps: null });

/** A line a node, indented: `name self/total`, times in µs, children by name. */
export function draw(node: CallNode, indent = ''): string[] {
  const children = [...node.children].sort((a, b) => (a.frame.function < b.frame.function ? -1 : 1));
  return [`${indent}${node.frame.function} ${node.selfUs}/${node.totalUs}`, ...children.flatMap((child) => draw(child, `${indent}  `))];
}

export const drawProfile = (raw: Profile): string[] => draw(buildCallTree(nameAll(raw)));

/** The stack in force from each sample on, as it was written down; `(root)` left out. */
export function stacksOf(raw: Profile): Stack[] {
  return Array.from(raw.samples, (leaf, i) => {
    const names: string[] = [];
    for (let node = leaf; node > 0; node = raw.nodeParents[node]) names.unshift(raw.frames[raw.nodeFrames[node]].function);
    return [raw.timesUs[i], names.join(' ')] as const;
  });
}
