// What an analysis may take of memory, and what it has been charged with: by what a file declares, and by what comes undeclared.
import { formatBytes } from '../core/units.js';
import type { SnapshotFault } from './snapshot-fault.js';

export class MemoryAllowance {
  readonly #bytesMax: number;
  readonly #earlierBytes: number;
  readonly #fault: SnapshotFault;
  #bytes: number;

  /** `earlierBytes`: what is kept of the earlier of two snapshots, out of `bytesMax`. */
  constructor(bytesMax: number, fault: SnapshotFault, earlierBytes = 0) {
    this.#bytesMax = bytesMax;
    this.#earlierBytes = earlierBytes;
    this.#bytes = earlierBytes;
    this.#fault = fault;
  }

  /** To be asked before the memory is taken; `what` names what takes it. @throws PitotError INPUT_FILE when it is more than allowed. */
  charge(bytes: number, what: () => string): void {
    this.#bytes += bytes;
    if (this.#bytes <= this.#bytesMax) return;
    const ofEarlier = this.#earlierBytes === 0 ? '' : `, ${formatBytes(this.#earlierBytes)} of it for the earlier snapshot`;
    throw this.#fault(
      `${what()}, with which it takes ${formatBytes(this.#bytes)} of memory to analyse${ofEarlier}, where ${formatBytes(this.#bytesMax)} are allowed`,
      'Analyse it where more memory may be used.',
    );
  }
}
