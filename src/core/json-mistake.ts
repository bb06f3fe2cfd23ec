// What is wrong with a text that is no JSON, without what stands in it: V8 quotes the characters around the mistake, which may be a part of a secret.

/** The message of an error of JSON.parse, without its quote: the place where there is one, and a single character at the most. */
export function jsonMistake(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, ': it is no valid JSON')
    .replace(/^".*" is not valid JSON$/s, 'it is no valid JSON');
}
