// STUB for bring-up
import type { WindowRuntime } from './reporter.js';
export class RuntimeSampler {
  constructor(_s: unknown) {}
  async start(): Promise<void> {}
  sample(_a: number, _b: number): { blocked: boolean; turnedAgain: boolean } { return { blocked: false, turnedAgain: false }; }
  close(_a: number, _b: number): WindowRuntime { return { runtime: { cpu: { userMs: 0, systemMs: 0, cpuRatio: 0 }, memory: {} as never, eventLoop: {} as never, threads: [] }, timeline: [] }; }
}
