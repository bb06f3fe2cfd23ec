// agent.log: pino on an opened file, written synchronously (the agent thread may be ended at any moment), bounded in bytes.
import { closeSync, fstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { LOG_BYTES_MAX } from '../core/limits.js';
import { ensureRunDirectory } from '../report/files.js';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

interface Line {
  level: Exclude<LogLevel, 'silent'>;
  fields: Record<string, unknown>;
  message: string;
}

/** Keeps lines until the file is open; a log that cannot be written is no reason to fail. */
export class AgentLog {
  private waiting: Line[] | null = [];
  private logger: import('pino').Logger | null = null;
  private fd = -1;
  private bytesLeft = LOG_BYTES_MAX;

  /** Loads pino and opens the file. */
  async open(file: string, level: LogLevel, bindings: Record<string, unknown>): Promise<void> {
    const { pino } = await import('pino');
    try {
      ensureRunDirectory(dirname(file));
      this.fd = openSync(file, 'a', 0o600);
      this.bytesLeft -= fstatSync(this.fd).size;
      this.logger = pino({ level, base: bindings, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: this.fd, sync: true }));
    } catch {
      this.logger = null;
    }
    const waiting = this.waiting ?? [];
    this.waiting = null;
    for (const line of waiting) this.write(line);
  }

  log(level: Line['level'], fields: Record<string, unknown>, message: string): void {
    if (this.waiting !== null) {
      if (this.waiting.length < 100) this.waiting.push({ level, fields, message });
    } else this.write({ level, fields, message });
  }

  close(): void {
    this.logger = null;
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
  }

  private write({ level, fields, message }: Line): void {
    if (this.logger === null || this.bytesLeft < 0) return;
    this.bytesLeft -= 200 + message.length;
    try {
      if (this.bytesLeft < 0) this.logger.warn('agent.log is full; logging stops here');
      else this.logger[level](fields, message);
    } catch {
      // A full disk shows in the report's faults, where the report itself failed.
    }
  }
}
