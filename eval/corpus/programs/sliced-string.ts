// Leak 15: a token is cut from a document of 20 KB, and V8 keeps the document for it.
import { type Request, serve } from '../service.js';
import { text } from '../text.js';

const DOCUMENT_LENGTH = 20_000;

const tokensSeen = new Map<number, string>();

function rememberToken({ id }: Request): void {
  const document = text(DOCUMENT_LENGTH, id + tokensSeen.size);
  tokensSeen.set(tokensSeen.size, document.slice(100, 140));
}

await serve({ leak: { itemBytes: DOCUMENT_LENGTH + 80, one: rememberToken } });
