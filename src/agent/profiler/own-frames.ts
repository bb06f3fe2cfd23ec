// Takes what the sampler itself put into a stretch of samples out of it: its own scripts, and what the cut at either end did.
import type { CpuProfile } from '../../flame/formats/cpu-profile.js';

/**
 * Samples within a script of the given URL are left out. V8 takes them out of turn, when a profile is started, so that leaving them out moves no
 * time: the sample before lasts until the next regular one.
 */
export function withoutOwnFrames(profile: CpuProfile, url: string): CpuProfile {
  const own = new Set<number>();
  for (const node of profile.nodes) {
    if (node.callFrame.url === url) collect(profile, node.id, own);
  }
  if (own.size === 0) return profile;
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  let skippedUs = 0;
  for (let i = 0; i < profile.samples.length; i++) {
    if (own.has(profile.samples[i])) {
      skippedUs += profile.timeDeltas[i];
      continue;
    }
    samples.push(profile.samples[i]);
    timeDeltas.push(profile.timeDeltas[i] + skippedUs);
    skippedUs = 0;
  }
  return { ...profile, nodes: nodesWithout(profile, own), samples, timeDeltas };
}

/**
 * The process ends, and its thread waits for the last report in pitot's exit handler: none of its samples, whatever its busy time says. The profile ends
 * where that wait begins. isExitWait: of a frame's name and URL.
 */
export function untilExitWait(profile: CpuProfile, isExitWait: (functionName: string, url: string) => boolean): CpuProfile {
  const own = new Set<number>();
  for (const { id, callFrame } of profile.nodes) {
    if (isExitWait(callFrame.functionName, callFrame.url)) collect(profile, id, own);
  }
  const first = own.size === 0 ? -1 : profile.samples.findIndex((id) => own.has(id));
  if (first < 0) return profile;
  const timeDeltas = profile.timeDeltas.slice(0, first);
  const endTime = profile.timeDeltas.slice(0, first + 1).reduce((sum, delta) => sum + delta, profile.startTime);
  return { ...profile, nodes: nodesWithout(profile, own), samples: profile.samples.slice(0, first), timeDeltas, endTime };
}

/**
 * Two things that rotation does. V8 takes the first sample out of turn, as it serves the command: a thread that had nothing to do is then seen in native code,
 * `(program)`, which it was not in before or after; the sample after it takes its place. And the last ones, up to three periods, were not worked off when the
 * profile was ended: the last that is known lasts until the end, where it is repeated.
 */
export function wholeStretch(profile: CpuProfile): CpuProfile {
  const samples = [...profile.samples];
  const timeDeltas = [...profile.timeDeltas];
  if (samples.length === 0) return profile;
  const program = profile.nodes.find(({ callFrame }) => callFrame.functionName === '(program)')?.id;
  if (samples.length > 1 && samples[0] === program) {
    samples.shift();
    const [earlierUs] = timeDeltas.splice(1, 1);
    if (timeDeltas.length > 1) timeDeltas[1] += earlierUs;
  }
  const lastUs = timeDeltas.reduce((sum, delta) => sum + delta, profile.startTime);
  if (profile.endTime > lastUs) {
    samples.push(samples[samples.length - 1]);
    timeDeltas.push(profile.endTime - lastUs);
  }
  return { ...profile, samples, timeDeltas };
}

function nodesWithout({ nodes }: CpuProfile, left: ReadonlySet<number>): CpuProfile['nodes'] {
  return nodes
    .filter(({ id }) => !left.has(id))
    .map((node) =>
      node.children?.some((child) => left.has(child)) ? { ...node, children: node.children.filter((child) => !left.has(child)) } : node,
    );
}

function collect(profile: CpuProfile, root: number, into: Set<number>): void {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const pending = [root];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    into.add(id);
    pending.push(...(byId.get(id)?.children ?? []));
  }
}
