// Which texts of a heap snapshot are names that a programmer wrote, and which may be data: keys of dictionaries, descriptions, tokens. Pure.
import { REDACTED_LABEL_CHARS_MAX, REDACTED_NAME_CHARS_MAX, REDACTED_WORDS_MAX } from '../core/evidence-limits.js';

/** Shorter texts in mixed case are names more often than tokens. */
const TOKEN_CHARS_MIN = 20;

/** What an entry of the strings table is used for; several may hold. */
export const USE_PROPERTY = 1;
/** Of an edge inside V8, or of a node that is not itself a value: class, function, V8's own. */
export const USE_LABEL = 2;
/** Of compiled code: also the file it came from. */
export const USE_CODE = 4;

/** Stands in for what is blanked. */
export const REDACTED = '***';

/** What stands in the redacted file for a text that names something. */
export function redactedName(text: string, uses: number): string {
  const isKept =
    ((uses & USE_PROPERTY) !== 0 && isPropertyName(text)) ||
    ((uses & USE_LABEL) !== 0 && isLabel(text)) ||
    ((uses & USE_CODE) !== 0 && (isLabel(text) || isScript(text)));
  return isKept ? text : withoutNames(text);
}

/**
 * Looks like a name in a program: an identifier of at most 64 characters, with few digits, and not the mixture of upper and lower case, or the hexadecimal
 * digits, of a token.
 */
export function isIdentifier(text: string): boolean {
  if (text.length > REDACTED_NAME_CHARS_MAX || !/^[\p{ID_Start}_$#][\p{ID_Continue}$]*$/u.test(text)) return false;
  const digits = text.match(/\d/g)?.length ?? 0;
  if (digits > 4 || /\d{4}/.test(text)) return false;
  // Words of a long name in camel case have some letters each; in a random text a quarter of all pairs goes from lower to upper case.
  const changes = text.match(/\p{Ll}\p{Lu}/gu)?.length ?? 0;
  if (text.length >= TOKEN_CHARS_MIN && changes * 4.5 > text.length) return false;
  return !(text.length >= 12 && digits > 0 && /^[\da-f]+$/i.test(text));
}

/** `audit`, `#audit`, `get audit`, `<symbol kState>`, `<symbol Symbol.iterator>`. */
function isPropertyName(text: string): boolean {
  const inner = /^<symbol (.+)>$/.exec(text)?.[1].split(/[.:]/) ?? [/^[gs]et (.+)$/.exec(text)?.[1] ?? text];
  return inner.length <= REDACTED_WORDS_MAX && inner.every(isIdentifier);
}

/** `KeptOrder`, `system / Map`, `(code for audit)`, `<anonymous>`, `12`: words that are names, or short numbers as of slots, and no mail address among them. */
function isLabel(text: string): boolean {
  if (text === '' || /^\d{1,9}$/.test(text)) return true;
  if (text.length > REDACTED_LABEL_CHARS_MAX || /[@"'`\\%=?]/.test(text)) return false;
  const words = text.split(/[^\p{ID_Continue}$#]+/u).filter((word) => word !== '');
  return words.length <= REDACTED_WORDS_MAX && words.every((word) => /^\d{1,4}$/.test(word) || isIdentifier(word));
}

/** Where code was loaded from; a data: URL would be the code itself. */
const isScript = (text: string): boolean => /^(\/|node:|file:|[A-Za-z]:[\\/]|evalmachine\.)/.test(text);

/** V8 describes entries of weak maps by the names of their keys and values, which may be texts: their numbers stay. */
function withoutNames(text: string): string {
  const [, index, key, value, table] =
    /^(\d+) \/ part of key \(.*? @(\d+)\) -> value \(.*? @(\d+)\) pair in WeakMap \(table @(\d+)\)$/s.exec(text) ?? [];
  return index === undefined
    ? REDACTED
    : `${index} / part of key (${REDACTED} @${key}) -> value (${REDACTED} @${value}) pair in WeakMap (table @${table})`;
}
