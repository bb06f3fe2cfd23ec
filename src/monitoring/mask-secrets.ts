// Takes what looks like a credential out of a text: error messages of drivers carry connection strings. Bounded first, so that no pattern meets a long text.
import { ERROR_CHARS_MAX } from '../core/limits.js';

const USER_OF_URL = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/]+@/gi;
const NAMED =
  /\b((?:[a-z0-9]{1,20}[_-])?(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|authorization|cookie))\b(["']?\s{0,3}[=:]\s{0,3})(?:(?:bearer|basic)\s{1,3})?(?:"[^"]*"?|'[^']*'?|[^\s"',;&)]+)/gi;
/** A credential that is cut by the bound lies beyond what is kept. */
const MASKED_FACTOR = 4;
const SCHEME = /\b(bearer|basic)\s{1,3}[a-z0-9._~+/-]{8,}=*/gi;

/** The text with `***` in place of users and passwords in URLs, of values of names like `password`, and of Authorization's credentials. */
export function maskSecrets(text: string, charsMax = ERROR_CHARS_MAX): string {
  if (typeof text !== 'string') return '';
  // Masked before it is cut: a cut between a password and its @ would leave it unseen.
  const masked = text
    .slice(0, charsMax * MASKED_FACTOR)
    .replace(USER_OF_URL, '$1***@')
    .replace(NAMED, '$1$2***')
    .replace(SCHEME, '$1 ***');
  return masked.length > charsMax ? `${masked.slice(0, charsMax - 3)}...` : masked;
}

/** What was thrown, as bounded text without credentials. */
export function messageOf(error: unknown): string {
  try {
    const message = error instanceof Error ? error.message || error.name : String(error);
    return maskSecrets(String(message));
  } catch {
    // A hostile toString, a proxy that throws.
    return '(unprintable)';
  }
}
