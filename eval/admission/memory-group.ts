// A control group of memory for processes of the evaluation, cgroup v1 or v2: its limit kills them, and nothing else.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const V1 = '/sys/fs/cgroup/memory';
const V2 = '/sys/fs/cgroup';
/** A group can be removed when its last process is gone, some ms after it is said to be. */
const REMOVE_ATTEMPTS = 50;
const REMOVE_EVERY_MS = 20;

export class MemoryGroup {
  /** Absolute. */
  readonly directory: string;
  private readonly isV1: boolean;

  /** @throws the error of the file system where this user may not make one. */
  constructor(name: string) {
    this.isV1 = existsSync(join(V1, 'memory.limit_in_bytes'));
    this.directory = join(this.isV1 ? V1 : V2, name);
    mkdirSync(this.directory);
    if (!existsSync(this.limitFile)) {
      rmdirSync(this.directory);
      throw new Error(`no memory controller in ${V2}`);
    }
  }

  /** A process that writes its number there belongs to the group. */
  get procsFile(): string {
    return join(this.directory, 'cgroup.procs');
  }

  get usedBytes(): number {
    return Number(readFileSync(join(this.directory, this.isV1 ? 'memory.usage_in_bytes' : 'memory.current'), 'utf8'));
  }

  /** Pages of files that were read once count as used, and are had back at once. */
  get fileBytes(): number {
    const name = this.isV1 ? 'total_inactive_file' : 'inactive_file';
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(readFileSync(join(this.directory, 'memory.stat'), 'utf8'))?.[1] ?? 0);
  }

  limit(bytes: number): void {
    // In whole pages; with swap a process would not be killed, only slow.
    writeFileSync(this.limitFile, String(Math.ceil(bytes / 4096) * 4096));
    if (!this.isV1) writeFileSync(join(this.directory, 'memory.swap.max'), '0');
  }

  /** Processes of it that the kernel killed. */
  get kills(): number {
    const file = this.isV1 ? 'memory.oom_control' : 'memory.events';
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(this.directory, file), 'utf8'))?.[1] ?? 0);
  }

  /** Its processes have ended. What cannot be removed is left there, empty. */
  async remove(): Promise<void> {
    for (let attempt = 0; attempt < REMOVE_ATTEMPTS && existsSync(this.directory); attempt++) {
      try {
        rmdirSync(this.directory);
      } catch {
        await pause(REMOVE_EVERY_MS);
      }
    }
  }

  private get limitFile(): string {
    return join(this.directory, this.isV1 ? 'memory.limit_in_bytes' : 'memory.max');
  }
}

/** Null: this user may make groups here. Else why not. */
export async function missingMemoryGroup(): Promise<string | null> {
  try {
    const group = new MemoryGroup(`pitot-eval-${process.pid}-probe`);
    group.limit(64 * 1024 * 1024);
    await group.remove();
    return null;
  } catch (error) {
    return `no control group of memory can be made here: ${(error as Error).message}`;
  }
}
