// A recorder in place of paths: keeps each span with its labels, and tells when enough have come.
import { monotonicMs } from '../../src/core/clock.js';
import type { PathFor } from '../../src/host/http-paths.js';

export interface RecordedSpan {
  name: string;
  labels: { [label: string]: string };
  ok: boolean;
  durationMs: number;
}

export class HttpRecording {
  readonly spans: RecordedSpan[] = [];
  readonly faults: string[] = [];
  /** Calls of pathFor, which must be one a kind of request. */
  interned = 0;
  private waiting: { count: number; resolve: () => void }[] = [];

  readonly pathFor: PathFor = (name, labels) => {
    this.interned++;
    return {
      endFrom: (startMs, ok) => {
        this.spans.push({ name, labels, ok, durationMs: monotonicMs() - startMs });
        for (const { count, resolve } of this.waiting) if (this.spans.length >= count) resolve();
      },
    };
  };

  readonly onFault = (code: string, message: string): void => {
    this.faults.push(`${code}: ${message}`);
  };

  /** Resolves once `count` spans have been recorded in all. */
  until(count: number): Promise<void> {
    if (this.spans.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ count, resolve }));
  }

  /** `GET /a 2xx ok` of each span, in order of recording. */
  get lines(): string[] {
    return this.spans.map(({ labels, ok }) => `${labels.method} ${labels.route ?? labels.host} ${labels.status} ${ok ? 'ok' : 'error'}`);
  }

  /** How often each line came, sorted. */
  get counts(): { [line: string]: number } {
    const counts: { [line: string]: number } = {};
    for (const line of [...this.lines].sort()) counts[line] = (counts[line] ?? 0) + 1;
    return counts;
  }
}
