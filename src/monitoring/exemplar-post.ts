// Hands the slowest commands of this thread over to the agent, with their trace ids: some hundred a window at the most, 20 µs each; the others pay `isSlow`, 1 ns.
import { monotonicMs, wallMs } from '../core/clock.js';
import type { Labels } from '../core/labels.js';
import type { Path } from '../host/path.js';
import { processHost } from '../host/process-host.js';
import { AGENT_READY, AGENT_STATE, WINDOWS_CLOSED } from '../memory/control-memory.js';
import { activeTrace } from './active-span.js';
import { ExemplarList } from './exemplar-list.js';
import { messageOf } from './mask-secrets.js';
import { tellFault } from './tell-fault.js';
import { TraceContext } from './trace-context.js';

/** Who timed it: the registry, or a tracer. A command that has both is handed over once. */
type TimedBy = 'registry' | 'tracer';

const list = new ExemplarList();

const NO_CONTROL = new Int32Array(WINDOWS_CLOSED + 1);

/** The list's floor, and for which agent and window it holds. Without an agent: below all durations, above those that were not timed (-1). */
const gate: { floorMs: number; window: number; control: Int32Array } = { floorMs: -1, window: 0, control: NO_CONTROL };

/** Whether a command of that duration may be among the slowest. A window that has closed since is found by its number, since nothing else would lower the floor. */
export const isSlow = (durationMs: number): boolean => durationMs > gate.floorMs || gate.control[WINDOWS_CLOSED] !== gate.window;

/** A command of the registry that ended just now and `isSlow`. It belongs to the active span; to a trace of its own where there is none. */
export function offerCommand({ name, labels }: Path, durationMs: number, ok: boolean): void {
  offer('registry', name, labels, durationMs, ok, activeOrNewTrace);
}

/** A traced command that ended just now. Its context is asked for only when it is among the slowest: ids are made then. */
export function offerExemplar(path: string, labels: Labels, durationMs: number, ok: boolean, context: () => TraceContext): void {
  if (isSlow(durationMs)) offer('tracer', path, labels, durationMs, ok, context);
}

const activeOrNewTrace = (): TraceContext => activeTrace() ?? TraceContext.create();

function offer(by: TimedBy, path: string, labels: Labels, durationMs: number, ok: boolean, context: () => TraceContext): void {
  const attachment = processHost().thread.attached;
  // An agent that is still starting hears nothing.
  if (attachment === null || attachment.control[AGENT_STATE] !== AGENT_READY) {
    setGate(-1, 0, NO_CONTROL);
    return;
  }
  const { control, channel } = attachment;
  // Read once: it may close meanwhile.
  const window = control[WINDOWS_CLOSED];
  if (control !== gate.control) list.clear();
  try {
    if (!list.admits(durationMs, monotonicMs(), window)) return;
    const { traceId, spanId } = context();
    if (list.holds(keyOf(by === 'tracer' ? 'registry' : 'tracer', spanId, labels))) return;
    list.add(durationMs, keyOf(by, spanId, labels));
    channel.announce({ kind: 'exemplar', exemplar: { traceId, spanId, path, labels, durationMs, atMs: wallMs(), ok } });
  } catch (error) {
    tellFault('EXEMPLAR', messageOf(error));
  } finally {
    setGate(list.floorMs, window, control);
  }
}

/** Several commands of the registry may run in one span; each span is of one tracer. */
const keyOf = (by: TimedBy, spanId: string, { command }: Labels): string => `${by} ${spanId} ${command}`;

function setGate(floorMs: number, window: number, control: Int32Array): void {
  gate.floorMs = floorMs;
  gate.window = window;
  gate.control = control;
}
