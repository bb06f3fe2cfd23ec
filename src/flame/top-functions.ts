// Who used the time: functions by self time for tables, and for stalls the code that is to blame.
import type { CallNode } from './call-tree.js';
import type { Frame, FrameKind } from './profile.js';
import { frameKey } from './profile-builder.js';

export interface FunctionTime {
  frame: Frame;
  selfUs: number;
  /** With everything called; where the function is on a stack more than once, its outermost call counts. */
  totalUs: number;
}

export interface BusyTime {
  totalUs: number;
  /** Without idle time and time without running: what ratios refer to. */
  busyUs: number;
  gcUs: number;
  programUs: number;
}

/** A function by its share of the busy time. */
export interface Culprit {
  function: string;
  file: string;
  line: number;
  ratio: number;
}

/** A callee that took at least so much of the first culprit's time is named after it: it says what the culprit did. */
const CALLEE_SHARE_MIN = 0.5;

const isBusy = (kind: FrameKind): boolean => kind !== 'idle' && kind !== 'none';
const isBlamed = (kind: FrameKind): boolean => kind === 'user' || kind === 'package';

export function busyTime(root: CallNode): BusyTime {
  const time: BusyTime = { totalUs: root.totalUs, busyUs: 0, gcUs: 0, programUs: 0 };
  for (const { frame, selfUs } of nodesOf(root)) {
    if (isBusy(frame.kind)) time.busyUs += selfUs;
    if (frame.kind === 'gc') time.gcUs += selfUs;
    if (frame.kind === 'program') time.programUs += selfUs;
  }
  return time;
}

/** The n functions with the most self time, busy ones only; by total time, then by name, where that is equal. */
export function topFunctions(root: CallNode, n: number): FunctionTime[] {
  const times = new Map<string, FunctionTime>();
  const onStack = new Map<FunctionTime, number>();
  const entry = (frame: Frame): FunctionTime => {
    const key = frameKey(frame);
    let time = times.get(key);
    if (time === undefined) {
      time = { frame, selfUs: 0, totalUs: 0 };
      times.set(key, time);
    }
    return time;
  };
  // An explicit stack: deep recursion in the application must not become deep recursion here.
  const stack: [node: CallNode, leaving: boolean][] = [[root, false]];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [node, leaving] = top;
    const time = entry(node.frame);
    const depth = onStack.get(time) ?? 0;
    if (leaving) {
      onStack.set(time, depth - 1);
      continue;
    }
    onStack.set(time, depth + 1);
    time.selfUs += node.selfUs;
    if (depth === 0) time.totalUs += node.totalUs;
    stack.push([node, true]);
    for (const child of node.children) stack.push([child, false]);
  }
  return [...times.values()]
    .filter(({ frame, totalUs }) => isBusy(frame.kind) && totalUs > 0)
    .sort((a, b) => b.selfUs - a.selfUs || b.totalUs - a.totalUs || compare(frameKey(a.frame), frameKey(b.frame)))
    .slice(0, n);
}

/**
 * The n functions to blame, by share of the busy time: each moment is charged to the nearest caller that is the application's or a package's, whatever it
 * called of Node.js, builtins or native code; to the leaf itself where there is none. After the first stands the callee that took half of its charge or more.
 */
export function culprits(root: CallNode, n: number): Culprit[] {
  const charges = new Map<string, { frame: Frame; chargedUs: number; callees: Map<string, { frame: Frame; us: number }> }>();
  let busyUs = 0;
  for (const node of nodesOf(root)) {
    if (node.selfUs === 0 || !isBusy(node.frame.kind)) continue;
    busyUs += node.selfUs;
    let blamed: CallNode | null = node;
    let callee: CallNode | null = null;
    while (blamed !== null && !isBlamed(blamed.frame.kind)) {
      callee = blamed;
      blamed = blamed.parent;
    }
    if (blamed === null) callee = null;
    const { frame } = blamed ?? node;
    const key = frameKey(frame);
    const charge = charges.get(key) ?? { frame, chargedUs: 0, callees: new Map() };
    charges.set(key, charge);
    charge.chargedUs += node.selfUs;
    if (callee === null) continue;
    const calleeKey = frameKey(callee.frame);
    const spent = charge.callees.get(calleeKey) ?? { frame: callee.frame, us: 0 };
    charge.callees.set(calleeKey, spent);
    spent.us += node.selfUs;
  }
  const ordered = [...charges].sort(([a, x], [b, y]) => y.chargedUs - x.chargedUs || compare(a, b)).map(([, charge]) => charge);
  const found = ordered.map(({ frame, chargedUs }) => culprit(frame, chargedUs, busyUs));
  const [callee] = [...(ordered[0]?.callees.values() ?? [])].sort((a, b) => b.us - a.us);
  if (callee && callee.us >= CALLEE_SHARE_MIN * ordered[0].chargedUs) found.splice(1, 0, culprit(callee.frame, callee.us, busyUs));
  return found.slice(0, n);
}

function culprit(frame: Frame, us: number, busyUs: number): Culprit {
  return { function: frame.function, file: frame.file, line: frame.line, ratio: us / busyUs };
}

function* nodesOf(root: CallNode): Generator<CallNode> {
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    for (const child of node.children) stack.push(child);
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
