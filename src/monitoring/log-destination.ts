// Where log lines go: never blocking, never throwing, bounded. pino's own destination for stdout waits for a slow reader in a busy loop.
import type { Writable } from 'node:stream';
import { isMainThread } from 'node:worker_threads';
import type { DestinationStream } from 'pino';
import { LOG_WAITING_BYTES_MAX } from '../core/limits.js';
import type { Pino } from './load-pino.js';
import { tellFault } from './tell-fault.js';

/** stdout and stderr are the process's own streams, asked for at each line. A file is appended to; its directory is made. */
export type LogDestination = 'stdout' | 'stderr' | { file: string } | { write(line: string): unknown };

export function openDestination(pino: Pino, destination: LogDestination): DestinationStream {
  if (destination === 'stdout' || destination === 'stderr') return standardStream(() => process[destination], destination);
  if ('file' in destination) return fileStream(pino, destination.file);
  return destination as DestinationStream;
}

/** Exported for its tests. */
export function standardStream(stream: () => Writable, name: string): DestinationStream {
  return {
    write(line: string): void {
      const out = stream();
      if (out.destroyed || out.writableLength > LOG_WAITING_BYTES_MAX) {
        tellFault('LOG_DROPPED', `${name} ${out.destroyed ? 'is closed' : 'is not read'}: lines of pitot's loggers are dropped`);
        return;
      }
      // As console.log: a reader that goes away must not end the process for a log line of pitot's. Errors of sync streams come within write.
      out.once('error', ignore);
      out.write(line, (error) => {
        if (error && out.listenerCount('error') === 0) out.once('error', ignore);
      });
      out.removeListener('error', ignore);
    },
  };
}

function fileStream(pino: Pino, file: string): DestinationStream {
  // On a worker thread nothing would flush what waits at its end.
  const stream = pino.destination({ dest: file, mkdir: true, sync: !isMainThread, maxLength: LOG_WAITING_BYTES_MAX });
  stream.on('error', (error: Error) => tellFault('LOG_WRITE', `${file}: ${error.message}`));
  stream.on('drop', () => tellFault('LOG_DROPPED', `${file}: the disk is slower than the log`));
  return stream;
}

const ignore = (): void => {};
