// What an error is counted as: its code, else its name, else its class.
import { LABEL_CHARS_MAX } from '../core/limits.js';

/** Classes that a bundler renamed: `class Conflict` comes out as `_Conflict`. */
const RENAMED = /^_+(?=[A-Za-z])/;

/**
 * The kind of an error: `code` when that is text (`ECONNREFUSED`, Postgres's `23505`), else `name` unless that is merely `Error`, else the name of its class.
 * Text stands for itself. At most 200 characters, so that no pattern meets a long text. Never throws, whatever is handed in.
 */
export function errorKind(error: unknown): string {
  try {
    if (typeof error === 'string') return error === '' ? 'unknown' : bounded(error);
    if (error === null || error === undefined) return 'unknown';
    if (typeof error !== 'object') return typeof error;
    const { code, name, constructor: made } = error as { code?: unknown; name?: unknown; constructor?: { name?: unknown } };
    if (typeof code === 'string' && code !== '') return bounded(code);
    if (typeof name === 'string' && name !== '' && name !== 'Error') return bounded(name);
    const ofClass = made?.name;
    if (typeof ofClass === 'string' && ofClass !== '') return bounded(ofClass).replace(RENAMED, '');
  } catch {
    // A getter of the application's that throws.
  }
  return 'unknown';
}

const bounded = (kind: string): string => kind.slice(0, LABEL_CHARS_MAX);
