// Tells the agent of a fault in what the monitoring API called or wrote: counted in the report, never thrown into the host.
import { monotonicMs } from '../core/clock.js';
import { HOST_FAULTS_MAX } from '../core/limits.js';
import { processHost } from '../host/process-host.js';
import { AGENT_READY, AGENT_STATE } from '../memory/control-memory.js';
import type { HostMessage } from '../memory/messages.js';
import { maskSecrets } from './mask-secrets.js';

const PERIOD_MS = 60_000;

const waiting: HostMessage[] = [];
let told = 0;
let sinceMs = Number.NEGATIVE_INFINITY;

/** At most 20 a minute reach the agent: a fault may come with every log line, and telling costs 20 µs. */
export function tellFault(code: string, message: string): void {
  const nowMs = monotonicMs();
  if (nowMs - sinceMs >= PERIOD_MS) {
    sinceMs = nowMs;
    told = 0;
  }
  if (told++ >= HOST_FAULTS_MAX) return;
  if (waiting.length < HOST_FAULTS_MAX) waiting.push({ kind: 'fault', code, message: maskSecrets(message) });
  tellWaitingFaults();
}

/** A channel keeps nothing for an agent that is still starting: what came before it listened is told with the next fault or round. */
export function tellWaitingFaults(): void {
  const attachment = processHost().thread.attached;
  if (attachment === null || Atomics.load(attachment.control, AGENT_STATE) !== AGENT_READY) return;
  try {
    for (const message of waiting.splice(0)) attachment.channel.announce(message);
  } catch {
    // A thread that is being torn down has no channel: there is nobody to tell.
  }
}
