// Which errors of a store are answers to a writer that came late, not failures of the store.
import { errorKind } from './error-kind.js';

/** Emmett's `ErrorCodes.ConcurrencyError`. */
const EMMETT_CONFLICT = 412;
/** Postgres's unique_violation: how a store on SQL tables learns that a version is taken. */
const UNIQUE_VIOLATION = '23505';
/** ExpectedVersionConflictError, ConcurrencyError (Emmett), WrongExpectedVersionError (EventStoreDB). */
const CONFLICT_NAME = /^(?:wrong-expected-version|.*(?:Concurrency|VersionConflict|ExpectedVersion)[A-Za-z]*)$/;

/** True for an error by which a store says that a stream had moved on. Never throws. */
export function isVersionConflict(error: unknown): boolean {
  const kind = errorKind(error);
  if (kind === UNIQUE_VIOLATION || CONFLICT_NAME.test(kind)) return true;
  try {
    return (error as { errorCode?: unknown } | null)?.errorCode === EMMETT_CONFLICT;
  } catch {
    return false;
  }
}
