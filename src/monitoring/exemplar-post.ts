// Hands the slowest commands of this thread over to the agent, with their trace ids: some hundred a minute at the most, 20 µs each.
import { monotonicMs, wallMs } from '../core/clock.js';
import type { Labels } from '../core/labels.js';
import { processHost } from '../host/process-host.js';
import { AGENT_READY, AGENT_STATE, WINDOWS_CLOSED } from '../memory/control-memory.js';
import { ExemplarList } from './exemplar-list.js';
import { tellFault } from './tell-fault.js';
import type { TraceContext } from './trace-context.js';

const list = new ExemplarList();

/** A command that ended just now. Its context is asked for only when it is among the slowest: ids are made then. */
export function offerExemplar(path: string, labels: Labels, durationMs: number, ok: boolean, context: () => TraceContext): void {
  const attachment = processHost().thread.attached;
  // An agent that is still starting hears nothing.
  if (attachment === null || attachment.control[AGENT_STATE] !== AGENT_READY) return;
  if (!list.enters(durationMs, monotonicMs(), attachment.control[WINDOWS_CLOSED])) return;
  try {
    const { traceId, spanId } = context();
    attachment.channel.announce({ kind: 'exemplar', exemplar: { traceId, spanId, path, labels, durationMs, atMs: wallMs(), ok } });
  } catch (error) {
    tellFault('EXEMPLAR', (error as Error).message);
  }
}
