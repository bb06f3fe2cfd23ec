// When a thread's profile should be rotated next: the pause of a rotation grows with the call tree that is handed over. Pure: time is an argument.
import { CPU_ROTATE_MS, CPU_ROTATE_MS_MIN, ROTATED_NODES_MAX } from '../../core/limits.js';

/** A shorter stretch, as incidents make them, says nothing of the next: a call tree grows fast at first. */
const TELLING_MS = 1000;

export class RotationPace {
  /** How long the present stretch should be, ms. */
  lengthMs = CPU_ROTATE_MS;
  private beganAtMs: number;
  private lastedMs = 0;

  constructor(nowMs: number) {
    this.beganAtMs = nowMs;
  }

  /** A stretch ends and the next begins. */
  rotated(nowMs: number): void {
    this.lastedMs = nowMs - this.beganAtMs;
    this.beganAtMs = nowMs;
  }

  /** The stretch that ended came with so many nodes: the next is to end when it has ROTATED_NODES_MAX, should it grow alike. */
  received(nodes: number): void {
    if (this.lastedMs < TELLING_MS) return;
    const lengthMs = (this.lastedMs * ROTATED_NODES_MAX) / Math.max(1, nodes);
    // A bridge that is handed over after it is no stretch.
    this.lastedMs = 0;
    this.lengthMs = Math.min(CPU_ROTATE_MS, Math.max(CPU_ROTATE_MS_MIN, lengthMs));
  }
}
