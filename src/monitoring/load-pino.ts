// pino, loaded when the first logger is asked for: some 15 ms that a process without loggers does not pay.
import { createRequire } from 'node:module';

export type Pino = typeof import('pino').pino;

let loaded: Pino | null = null;

export function loadPino(): Pino {
  loaded ??= (createRequire(import.meta.url)('pino') as { pino: Pino }).pino;
  return loaded;
}
