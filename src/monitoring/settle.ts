// Calls what is handed in and tells how it ended, once: at its return, or when its promise settles.
import { isPlainPromise } from '../host/path.js';

/**
 * Returns what fn returns. A promise with nothing added is followed by a derived one, so that an unhandled rejection stays one; other thenables end at the
 * return, since their `then` may start them, and what it gives lacks their methods.
 */
export function callAndTell<T>(fn: () => T, onEnd: (error: unknown, ok: boolean) => void): T {
  let result: T;
  try {
    result = fn();
  } catch (error) {
    onEnd(error, false);
    throw error;
  }
  if (isPlainPromise(result)) {
    return result.then(
      (value) => {
        onEnd(undefined, true);
        return value;
      },
      (error: unknown) => {
        onEnd(error, false);
        throw error;
      },
    ) as T;
  }
  onEnd(undefined, true);
  return result;
}
