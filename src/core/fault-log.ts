// Faults of pitot's own: counted, deduplicated by code, bounded, shown in every report.
import { FAULTS_MAX } from './limits.js';

/** One kind of fault: how often, when last, and the newest message. */
export interface Fault {
  code: string;
  count: number;
  /** ISO 8601 wall clock. */
  lastAt: string;
  message: string;
}

/** Bounded table of faults. */
export class FaultLog {
  private readonly faults = new Map<string, Fault>();

  add(code: string, message: string, atMs: number, count = 1): void {
    const known = this.faults.get(code);
    const key = known || this.faults.size < FAULTS_MAX ? code : 'OTHER';
    const fault = this.faults.get(key) ?? { code: key, count: 0, lastAt: '', message: '' };
    fault.count += count;
    fault.lastAt = new Date(atMs).toISOString();
    fault.message = message.length > 300 ? `${message.slice(0, 297)}...` : message;
    this.faults.set(key, fault);
  }

  list(): Fault[] {
    return [...this.faults.values()].map((fault) => ({ ...fault }));
  }
}
