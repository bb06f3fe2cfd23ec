// Addresses of receivers by name. A look-up that hangs cannot be given up, and a process waits for it to end: when it ends, names that are known are enough.
import { lookup as lookUp } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { SINKS_MAX } from '../../core/limits.js';

type Callback = Parameters<LookupFunction>[2];
type Answer = [error: Parameters<Callback>[0], address: Parameters<Callback>[1], family?: number];

export class KnownAddresses {
  private readonly answers = new Map<string, Answer>();
  private readonly source: LookupFunction;
  private isFrozen = false;

  /** source: another one in tests. */
  constructor(source: LookupFunction = lookUp as LookupFunction) {
    this.source = source;
  }

  /** As net.connect takes it. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    const key = `${hostname} ${options.family ?? 0} ${options.all ?? false}`;
    if (this.isFrozen) {
      const [error, address, family] = this.answers.get(key) ?? [Object.assign(new Error('not looked up'), { code: 'NOT_LOOKED_UP' }), ''];
      process.nextTick(() => callback(error, address, family));
      return;
    }
    this.source(hostname, options, (error, address, family) => {
      const answer: Answer = [error, address, family];
      if (answer[0] === null) {
        this.answers.delete(key);
        this.answers.set(key, answer);
        // Two look-ups a sink, as redirects stay within the origin.
        if (this.answers.size > 2 * SINKS_MAX) this.answers.delete(this.answers.keys().next().value as string);
      }
      callback(error, address, family);
    });
  };

  /** From now on no name is looked up: what is not known fails. */
  freeze(): void {
    this.isFrozen = true;
  }
}
