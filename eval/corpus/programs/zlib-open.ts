// Leak 10a: a deflate stream a client, never closed: a kilobyte of JavaScript, two hundred outside.
import { createDeflate, type Deflate } from 'node:zlib';
import { type Request, serve } from '../service.js';

const openStreams: Deflate[] = [];

function compressFor({ body }: Request): void {
  const stream = createDeflate();
  stream.write(body);
  openStreams.push(stream);
}

await serve({ leak: { itemBytes: 230_000, one: compressFor } });
