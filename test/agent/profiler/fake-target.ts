// An application thread as the agent sees it through the inspector: answers like V8, with profiles of the test's, or falls silent.
import type { Target } from '../../../src/agent/profiler/inspector-link.js';
import { BRIDGE_TITLE } from '../../../src/agent/profiler/thread-profiler.js';
import type { CpuProfile } from '../../../src/flame/formats/cpu-profile.js';

export class FakeTarget implements Target {
  readonly name: string;
  readonly threadId: number;
  onEvent: Target['onEvent'] = () => {};
  /** What was sent, scripts as `begin` and `end` of the bridge. */
  readonly sent: string[] = [];
  /** The clock of the thread, µs. */
  nowUs = 0;
  isSilent = false;
  /** Commands that fail, with what. */
  readonly failing = new Map<string, string>();
  readiness = 'ready';
  /** What the scripts return, ms. */
  pauseMs = 0.5;
  /** Host's code runs for so long before the bridge ends, µs. */
  busyBeforeEndUs = 0;
  private startUs = 0;
  private bridgeUs = 0;
  private held: (() => void)[] = [];

  constructor(name = 'main', threadId = 0) {
    this.name = name;
    this.threadId = threadId;
  }

  async send(method: string, params: object = {}): Promise<unknown> {
    const { expression = '' } = params as { expression?: string };
    const what = expression.includes('profileEnd(') ? 'end' : expression.includes('profile(') ? 'begin' : method;
    this.sent.push(what);
    if (this.isSilent) await new Promise<void>((resolve) => this.held.push(resolve));
    const failure = this.failing.get(what);
    if (failure !== undefined) throw new Error(failure);
    if (method === 'Profiler.start') this.startUs = this.nowUs;
    if (method === 'Profiler.stop') return { profile: this.profile(this.startUs, 'work') };
    if (method === 'Runtime.getHeapUsage') return { totalSize: 1e6 };
    if (what === 'begin') {
      this.bridgeUs = this.nowUs;
      this.onEvent('Profiler.consoleProfileStarted', { id: 'own', title: BRIDGE_TITLE });
    }
    if (what === 'end') {
      this.nowUs += this.busyBeforeEndUs;
      this.onEvent('Profiler.consoleProfileFinished', { id: 'own', title: BRIDGE_TITLE, profile: this.profile(this.bridgeUs, 'between') });
    }
    if (method === 'Runtime.evaluate') return { result: { value: what === method ? this.readiness : this.pauseMs } };
    return {};
  }

  /** Answers what was asked while it was silent. */
  speak(): void {
    this.isSilent = false;
    for (const resolve of this.held.splice(0)) resolve();
  }

  /** The host begins, or ends, a console.profile of its own. */
  hostProfile(event: 'Started' | 'Finished', id: string): void {
    this.onEvent(`Profiler.consoleProfile${event}`, { id, title: id, profile: this.profile(0, 'host') });
  }

  private profile(startTime: number, functionName: string): CpuProfile {
    const callFrame = { functionName, scriptId: '1', url: 'file:///app.js', lineNumber: 0, columnNumber: 0 };
    const root = { id: 1, callFrame: { ...callFrame, functionName: '(root)', url: '' }, children: [2] };
    return { startTime, endTime: this.nowUs, nodes: [root, { id: 2, callFrame }], samples: [2], timeDeltas: [0] };
  }
}
