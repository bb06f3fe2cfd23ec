// Takes the frames of pitot's own evaluated scripts out of a profile: they would be the sampler looking at itself.
import type { CpuProfile } from '../../flame/cpu-profile.js';

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
  const nodes = profile.nodes
    .filter(({ id }) => !own.has(id))
    .map((node) => (node.children?.some((child) => own.has(child)) ? { ...node, children: node.children.filter((child) => !own.has(child)) } : node));
  return { ...profile, nodes, samples, timeDeltas };
}

function collect(profile: CpuProfile, root: number, into: Set<number>): void {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const pending = [root];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    into.add(id);
    pending.push(...(byId.get(id)?.children ?? []));
  }
}
