// What an address and a header of a sink may be; what is wrong is told without what was written.
import type { Secret } from './secret.js';

export const URL_ALLOWED = 'an http or https address';
export const HEADERS_ALLOWED = 'at most 20 headers that pitot does not set itself';

const HEADERS_MAX = 20;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
/** Set by the request itself, or by the connection. */
const OWN = new Set([
  'host',
  'content-length',
  'content-type',
  'connection',
  'transfer-encoding',
  'expect',
  'upgrade',
  'te',
  'trailer',
  'keep-alive',
]);

/** Why a text is no address of a sink; null: it is one. */
export function urlFault(text: string): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return `text of ${text.length} characters that is no address`;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return `an address of ${text.length} characters with another scheme`;
  return null;
}

/** Why a header may not be set; null: it may. */
export function headersFault(name: string, headers: ReadonlyMap<string, Secret>): string | null {
  if (!HEADER_NAME.test(name)) return `a name of ${name.length} characters that no header has`;
  if (OWN.has(name.toLowerCase())) return `the header ${name}`;
  if (headers.has(name.toLowerCase())) return `the header ${name} twice`;
  return headers.size >= HEADERS_MAX ? 'more of them' : null;
}
