// A process's heap as a population: sites give birth to cohorts of objects, which die when their time has come. Live size and sampled ages come from the same objects.
import type { AgeSamples, HeapProfileNode } from '../../../src/diagnose/leaks/age-capture.js';
import type { Random } from './noise.js';

export const MIB = 1_048_576;
export const STEP_MINUTES = 0.5;
const SAMPLE_BYTES = 512 * 1024;

/** Bytes born in a step, and how long they live, minutes; Infinity: for ever. */
export interface Birth {
  bytes: number;
  lifeMinutes: number;
}

/** What one function allocates and keeps. */
export interface Site {
  name: string;
  /** Births of the step that begins at this minute of uptime. */
  births(minute: number): Birth[];
  /** Oldest go when there are more: a cache at its cap. */
  capBytes?: number;
}

interface Sample {
  ordinal: number;
  size: number;
  diesAt: number;
}

class LiveSite {
  readonly site: Site;
  bytes = 0;
  samples: Sample[] = [];
  readonly #deaths = new Map<number, number>();
  readonly #queue: { bytes: number; samples: Sample[] }[] = [];

  constructor(site: Site) {
    this.site = site;
  }

  step(step: number, ordinals: () => number, random: Random): void {
    const dead = this.#deaths.get(step) ?? 0;
    this.#deaths.delete(step);
    this.bytes -= dead;
    for (const { bytes, lifeMinutes } of this.site.births(step * STEP_MINUTES)) {
      if (!(bytes > 0)) continue;
      this.bytes += bytes;
      const diesAt = lifeMinutes === Number.POSITIVE_INFINITY ? lifeMinutes : step + Math.max(1, Math.round(lifeMinutes / STEP_MINUTES));
      if (Number.isFinite(diesAt)) this.#deaths.set(diesAt, (this.#deaths.get(diesAt) ?? 0) + bytes);
      const samples = Array.from({ length: random.poisson(bytes / SAMPLE_BYTES) }, () => ({ ordinal: ordinals(), size: SAMPLE_BYTES, diesAt }));
      this.samples.push(...samples);
      if (this.site.capBytes !== undefined) this.#queue.push({ bytes, samples });
    }
    while (this.site.capBytes !== undefined && this.bytes > this.site.capBytes && this.#queue.length > 0) {
      const oldest = this.#queue.shift()!;
      this.bytes -= oldest.bytes;
      for (const sample of oldest.samples) sample.diesAt = step;
    }
  }

  alive(step: number): Sample[] {
    this.samples = this.samples.filter(({ diesAt }) => diesAt > step);
    return this.samples;
  }
}

/** Allocation of everything, dead or alive, MiB a minute. */
const GARBAGE_PER_MINUTE = 200;

export class Population {
  allocatedBytes = 0;
  readonly #sites: LiveSite[];
  readonly #random: Random;
  #ordinal = 0;
  #step = -1;

  constructor(sites: readonly Site[], random: Random) {
    this.#sites = sites.map((site) => new LiveSite(site));
    this.#random = random;
  }

  /** traffic: 1 is normal; garbage goes with it, if not told otherwise. */
  advance(traffic: number, garbage = traffic): void {
    this.#step++;
    const bytes = GARBAGE_PER_MINUTE * STEP_MINUTES * MIB * garbage * this.#random.between(0.9, 1.1);
    const first = this.#ordinal;
    const taken = Math.max(1, Math.round((bytes / SAMPLE_BYTES) * this.#random.between(0.98, 1.02)));
    const used = new Set<number>();
    const ordinals = (): number => {
      let ordinal = first + Math.floor(this.#random.next() * taken);
      while (used.has(ordinal)) ordinal++;
      used.add(ordinal);
      this.#ordinal = Math.max(this.#ordinal, ordinal + 1);
      return ordinal;
    };
    for (const site of this.#sites) site.step(this.#step, ordinals, this.#random);
    this.#ordinal = Math.max(this.#ordinal, first + taken);
    this.allocatedBytes += bytes;
  }

  get liveBytes(): number {
    return this.#sites.reduce((bytes, site) => bytes + site.bytes, 0);
  }

  /** As HeapProfiler.getSamplingProfile answers. */
  profile(): AgeSamples {
    const names = this.#sites.map(({ site }) => site.name);
    // Sites of one name are one function.
    const children: HeapProfileNode[] = names.map((functionName, index) => ({
      id: index + 2,
      callFrame: { functionName, url: 'file:///app/service.js', lineNumber: 10 * names.indexOf(functionName) },
    }));
    const head: HeapProfileNode = { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1 }, children };
    const samples = this.#sites.flatMap((site, index) => site.alive(this.#step).map(({ ordinal, size }) => ({ ordinal, size, nodeId: index + 2 })));
    samples.push({ ordinal: this.#ordinal, size: 1024, nodeId: 1 });
    return { samples, head, startedAtMs: 0 };
  }
}
