// Whether a sampling heap profile is of the sampler that pitot started: another tool that stops V8's one sampler and starts its own leaves one whose profiles look the
// same, with ordinals that count from its own start. Read as ages since pitot's start, they would make a leak of any young heap.
import { OWN_SAMPLES_KNOWN_MAX, UNSAMPLED_BYTES_MIN, UNSAMPLED_RATIO_MAX } from '../../core/leak-limits.js';

interface Sample {
  size: number;
  nodeId: number;
  ordinal: number;
}

export class SamplerIdentity {
  private readonly startUsedBytes: number;
  private known = new Map<number, Sample>();

  /** startUsedBytes: of the heap when the sampler was started, which no sample is of. NaN: not known. */
  constructor(startUsedBytes: number) {
    this.startUsedBytes = startUsedBytes;
  }

  /** usedBytes: of the heap, right after the collection that the profile made; NaN: not known. */
  isOther(samples: readonly Sample[], usedBytes: number): boolean {
    return this.contradicts(samples) || isPartOnly(samples, usedBytes - this.startUsedBytes);
  }

  /** It is the own one's: its oldest samples are remembered, as another sampler counts from 1 again. */
  accept(samples: readonly Sample[]): void {
    const oldest = [...samples].sort((a, b) => a.ordinal - b.ordinal).slice(0, OWN_SAMPLES_KNOWN_MAX);
    this.known = new Map(oldest.map((sample) => [sample.ordinal, sample]));
  }

  /** An object keeps its ordinal, its size and the node that made it for as long as it lives. */
  private contradicts(samples: readonly Sample[]): boolean {
    return samples.some(({ ordinal, size, nodeId }) => {
      const known = this.known.get(ordinal);
      return known !== undefined && (known.size !== size || known.nodeId !== nodeId);
    });
  }
}

/** Sizes are scaled to what they stand for: on Node.js 20 to 26 their sum was 0.9 to 1.1 of what is alive and younger than the sampler. */
function isPartOnly(samples: readonly Sample[], youngerBytes: number): boolean {
  const sampledBytes = samples.reduce((sum, { size }) => sum + size, 0);
  return youngerBytes >= UNSAMPLED_BYTES_MIN && sampledBytes < UNSAMPLED_RATIO_MAX * youngerBytes;
}
