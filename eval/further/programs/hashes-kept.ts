// Hashes that are begun and never finished: nearly all of it is memory of OpenSSL.
import { createHash, type Hash } from 'node:crypto';
import { type Request, serve } from '../../corpus/service.js';

const uploads = new Map<number, Hash>();

function beginUpload({ id, body }: Request): void {
  for (let part = 0; part < 20; part++) uploads.set(id * 20 + part, createHash('sha512').update(body));
}

await serve({ leak: { itemBytes: 14_200, one: beginUpload } });
