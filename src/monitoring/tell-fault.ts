// Tells the agent of a fault in what the monitoring API called or wrote: counted in the report, never thrown into the host.
import { monotonicMs } from '../core/clock.js';
import { HOST_FAULTS_MAX } from '../core/limits.js';
import { processHost } from '../host/process-host.js';
import { AGENT_READY, AGENT_STATE } from '../memory/control-memory.js';
import { maskSecrets } from './mask-secrets.js';
import { WaitingFaults } from './waiting-faults.js';

const PERIOD_MS = 60_000;

const waiting = new WaitingFaults(HOST_FAULTS_MAX, PERIOD_MS);

/** At most 20 messages a minute go to the agent: a fault may come with every log line, and telling costs 20 µs. Those beyond are told as a number, with a later fault or round. */
export function tellFault(code: string, message: string): void {
  waiting.add(code, message);
  tellWaitingFaults();
}

/** A channel keeps nothing for an agent that is still starting: what came before it listened is told with the next fault or round. */
export function tellWaitingFaults(): void {
  if (waiting.size === 0) return;
  const attachment = processHost().thread.attached;
  if (attachment === null || Atomics.load(attachment.control, AGENT_STATE) !== AGENT_READY) return;
  try {
    for (const { code, message, count } of waiting.take(monotonicMs())) {
      attachment.channel.announce({ kind: 'fault', code, message: maskSecrets(message), count });
    }
  } catch {
    // A thread that is being torn down has no channel: there is nobody to tell.
  }
}
