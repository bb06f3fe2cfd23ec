// Leak 8: parts of uploads are kept for a retry that nobody asks for.
import { type Request, serve } from '../service.js';

const PART_BYTES = 64 * 1024;

class UploadArchive {
  readonly parts: Buffer[] = [];
}

const archive = new UploadArchive();

function archivePart({ id }: Request): void {
  archive.parts.push(Buffer.alloc(PART_BYTES, id & 255));
}

await serve({ leak: { itemBytes: PART_BYTES, one: archivePart } });
