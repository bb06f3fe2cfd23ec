// Whose a queue directory is, and whether that process still lives: two living ones must never send from the same directory.
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { QUEUE_SILENCE_MS } from '../../core/limits.js';

export interface QueueOwner {
  pid: number;
  /** Start of the process in ticks since boot: tells it from a later one with the same pid. Empty where the platform has no /proc. */
  start: string;
  /** Boot of the machine, and the process-id namespace: a pid means nothing outside of these. Empty as above. */
  boot: string;
  pidSpace: string;
  host: string;
  /** It has stopped sending, though its process may live. */
  closed: boolean;
}

export function thisOwner(host: string): QueueOwner {
  const boot = readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const pidSpace = readOr('', () => readlinkSync('/proc/self/ns/pid'));
  return { pid: process.pid, start: startOf('self') ?? '', boot, pidSpace, host, closed: false };
}

/** Unlike the name of any other process's directory, containers that share a volume included; the same for each agent thread of one process. */
export function directoryOf(owner: QueueOwner): string {
  const rest = [owner.start, owner.boot, owner.pidSpace, owner.host].join('\0');
  return `${owner.pid}-${createHash('sha256').update(rest).digest('hex').slice(0, 12)}`;
}

/**
 * Whether the owner of a directory is gone.
 * @param silentMs how long it has not shown that it lives; counts alone where its process cannot be seen from here.
 */
export function isGone(owner: QueueOwner, me: QueueOwner, silentMs: number): boolean {
  if (owner.closed) return true;
  const isSeen = owner.boot === me.boot && owner.pidSpace === me.pidSpace && (owner.boot !== '' || owner.host === me.host);
  if (!isSeen) return (owner.host === me.host && owner.boot !== me.boot) || silentMs > QUEUE_SILENCE_MS;
  // With my pid in my namespace it can only have been before me.
  if (owner.pid === me.pid) return true;
  if (owner.start !== '') return startOf(String(owner.pid)) !== owner.start;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Field 22 of /proc/<pid>/stat; a zombie is gone. The name in field 2 may hold anything, so that fields are counted from its last parenthesis. */
function startOf(pid: string): string | undefined {
  return readOr(undefined, () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  });
}

function readOr<T>(fallback: T, read: () => T): T {
  try {
    return read();
  } catch {
    return fallback;
  }
}

/** An owner as it stands in its directory; null: none, or damaged. */
export function parseOwner(text: string): QueueOwner | null {
  try {
    const found = JSON.parse(text) as QueueOwner;
    return typeof found.pid === 'number' && typeof found.host === 'string' ? found : null;
  } catch {
    return null;
  }
}
