// The header Retry-After (RFC 9110, 10.2.3): seconds, or a date.
import { RETRY_AFTER_MS_MAX } from '../../core/limits.js';

/** ms to wait, 0..one hour; null: the header is missing, or says nothing. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Math.min(RETRY_AFTER_MS_MAX, Number(text) * 1000);
  // Date.parse takes much for a date ("1.5" is one): an HTTP date begins with its day's name.
  if (!/^[A-Za-z]{3,9},? /.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.min(RETRY_AFTER_MS_MAX, Math.max(0, atMs - nowMs));
}
