// Calls what is handed in and tells how it ended, once: at its return, or when its promise settles.

/**
 * Returns what fn returns. A native promise is followed by a derived one, so that an unhandled rejection stays one; other thenables end at the return,
 * since their `then` may start them.
 */
export function callAndTell<T>(fn: () => T, onEnd: (error: unknown, ok: boolean) => void): T {
  let result: T;
  try {
    result = fn();
  } catch (error) {
    onEnd(error, false);
    throw error;
  }
  if (result instanceof Promise && Object.getPrototypeOf(result) === Promise.prototype) {
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
