// What all loggers share: a pino, a component, trace ids, errors as bounded text without credentials. A line that cannot be written reaches nobody but the report.
import { stripVTControlCharacters } from 'node:util';
import type { Logger } from 'pino';
import { PitotError, show } from '../core/errors.js';
import { ERROR_STACK_CHARS_MAX } from '../core/limits.js';
import { activeTrace } from './active-span.js';
import { errorKind } from './error-kind.js';
import { loadPino } from './load-pino.js';
import { type LogDestination, openDestination } from './log-destination.js';
import { maskSecrets, messageOf } from './mask-secrets.js';
import { fieldsOf } from './read-given.js';
import { tellFault } from './tell-fault.js';

export type LineLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface LoggerOptions {
  /** The least level that is written: trace, debug, info, warn, error, fatal or silent; default info. */
  level?: LineLevel | 'silent';
  /** Default stdout. Lines wait for a slow reader up to 4 MiB; beyond it they are dropped and counted in the report. */
  destination?: LogDestination;
  /** A pino of the application's: lines go where it writes, with its bindings and redactions. level and destination are its own then. */
  logger?: Pick<Logger, 'child'>;
}

/** A code or the name of a class; more is a mistake of its maker's. */
const ERROR_KIND_CHARS_MAX = 100;

const LEVELS = new Set<unknown>(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);

/** The logger of one component. */
export class StructuredLogger {
  private readonly pino: Logger;

  constructor(component: string, options: LoggerOptions = {}) {
    const given = optionsOf(options);
    this.pino = (given.logger ?? rootOf(given)).child({ component }) as Logger;
  }

  /**
   * `event` names the kind of line and never changes; trace ids go along while a span is active. fields is called where the level is written; what it throws
   * leaves the line without fields.
   */
  protected line(level: LineLevel, event: string, fields: () => Record<string, unknown>, message: string): void {
    try {
      if (!this.pino.isLevelEnabled(level)) return;
      const trace = activeTrace();
      const ids = trace === null ? undefined : { trace_id: trace.traceId, span_id: trace.spanId, trace_flags: trace.sampled ? '01' : '00' };
      this.pino[level]({ event, ...ids, ...this.made(event, fields) }, message);
    } catch (error) {
      tellFault('LOG_WRITE', messageOf(error));
    }
  }

  private made(event: string, fields: () => Record<string, unknown>): Record<string, unknown> {
    try {
      return fields();
    } catch (error) {
      tellFault('LOG_FIELDS', `${event}: ${messageOf(error)}`);
      return {};
    }
  }
}

/** error_kind, error_message, error_stack: the stack without its first lines, which are the message again. */
export function errorFields(error: unknown): { error_kind: string; error_message: string; error_stack?: string } {
  const fields = { error_kind: errorKind(error).slice(0, ERROR_KIND_CHARS_MAX), error_message: messageOf(error) };
  try {
    const stack = error instanceof Error && typeof error.stack === 'string' ? framesOf(error.stack) : '';
    return stack === '' ? fields : { ...fields, error_stack: maskSecrets(stack, ERROR_STACK_CHARS_MAX) };
  } catch {
    // A hostile getter.
    return fields;
  }
}

const framesOf = (stack: string): string => {
  const first = stack.search(/^ {4}at /m);
  return first < 0 ? '' : stripVTControlCharacters(stack.slice(first, first + ERROR_STACK_CHARS_MAX));
};

/** One pino for each of the streams that all share; others are their caller's. */
const roots = new Map<string, Logger>();

function rootOf({ level = 'info', destination = 'stdout' }: LoggerOptions): Logger {
  demand(level, destination);
  const key = typeof destination === 'string' ? `${destination} ${level}` : null;
  const known = key === null ? undefined : roots.get(key);
  if (known !== undefined) return known;
  const pino = loadPino();
  const root = pino({ level, timestamp: pino.stdTimeFunctions.isoTime }, openDestination(pino, destination));
  if (key !== null) roots.set(key, root);
  return root;
}

/** Read once. A logger that is none is the programmer's mistake, who is told at once. */
function optionsOf(options: LoggerOptions): LoggerOptions {
  const given = fieldsOf(options, ['level', 'destination', 'logger']);
  const { child } = fieldsOf(given.logger, ['child']);
  if (given.logger === undefined || typeof child === 'function') return given;
  throw new PitotError('API_MISUSE', { option: 'logger', allowed: 'a pino', received: show(given.logger), remedy: 'Leave it out for stdout.' });
}

function demand(level: unknown, destination: unknown): void {
  if (!LEVELS.has(level)) {
    throw new PitotError('API_MISUSE', { option: 'level', allowed: [...LEVELS].join(', '), received: show(level), remedy: 'Leave it out for info.' });
  }
  const { file, write } = fieldsOf(destination as { file?: unknown; write?: unknown }, ['file', 'write']);
  if (destination === 'stdout' || destination === 'stderr' || (typeof file === 'string' && file !== '') || typeof write === 'function') return;
  throw new PitotError('API_MISUSE', {
    option: 'destination',
    allowed: 'stdout, stderr, { file } or an object with write(line)',
    received: show(destination),
    remedy: 'Leave it out for stdout.',
  });
}
