// Leak 9: the tag of a frame is a view of eight bytes, and keeps the slab that Node.js cut the frame from.
import { type Request, serve } from '../service.js';

/** Two of them fill a slab of 8 KB. */
const FRAME_BYTES = 4000;

class FrameTags {
  readonly byFrame = new Map<number, Buffer>();
}

const tags = new FrameTags();

function rememberTag({ id }: Request): void {
  const frame = Buffer.allocUnsafe(FRAME_BYTES).fill(id & 255);
  tags.byFrame.set(tags.byFrame.size, frame.subarray(0, 8));
}

await serve({ leak: { itemBytes: 4096, one: rememberTag } });
