// Error codes and the one error class that may reach a user: from configuration, command line, or misuse of the API.

/** Codes of everything that can go wrong, for errors and for faults counted in the report. */
export type ErrorCode =
  | 'CONFIG_VALUE'
  | 'CONFIG_UNKNOWN_KEY'
  | 'CONFIG_FILE'
  | 'CONFIG_JSON'
  | 'API_MISUSE'
  | 'NOT_RUNNING'
  | 'CLI_USAGE'
  | 'INPUT_FILE';

/** What a bad input was, what would have been good, and what to do. */
export interface ErrorDetail {
  /** Name of the option, argument or key, as the user wrote it. */
  option: string;
  /** What is allowed, in words. */
  allowed: string;
  /** What was received, as text. */
  received: string;
  /** What to do about it. */
  remedy: string;
}

/** An error with a code, the option at fault, what is allowed, what was received and the remedy. */
export class PitotError extends Error {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, detail: ErrorDetail) {
    super(`${detail.option}: expected ${detail.allowed}, received ${detail.received}. ${detail.remedy}`);
    this.name = 'PitotError';
    this.code = code;
    this.detail = detail;
  }
}

/** Renders any received value for an error message, bounded to 80 characters. */
export function show(value: unknown): string {
  let text = '(unprintable)';
  try {
    text = (typeof value === 'string' || typeof value === 'object' ? JSON.stringify(value) : undefined) ?? String(value);
  } catch {
    text = classOf(value) ?? text;
  }
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** `[object Array]` of a list that holds itself; undefined of a proxy that refuses. */
function classOf(value: unknown): string | undefined {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    return undefined;
  }
}
