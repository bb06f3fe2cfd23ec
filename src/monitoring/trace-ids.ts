// Random trace and span ids, drawn in blocks. Thread: application, when an id is first asked for. Budget: 300 ns an id.
import { TRACE_RANDOM_BYTES } from '../core/limits.js';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

let block: Buffer | null = null;
let next = TRACE_RANDOM_BYTES;

/** 32 hexadecimal digits, not all 0. */
export const newTraceId = (): string => draw(TRACE_ID_BYTES);

/** 16 hexadecimal digits, not all 0. */
export const newSpanId = (): string => draw(SPAN_ID_BYTES);

function draw(bytes: number): string {
  if (next + bytes > TRACE_RANDOM_BYTES) refill();
  const id = block!.toString('hex', next, next + bytes);
  next += bytes;
  return isZero(id) ? draw(bytes) : id;
}

/** node:crypto is loaded with the first id: who only records never pays for it. */
function refill(): void {
  block ??= Buffer.alloc(TRACE_RANDOM_BYTES);
  process.getBuiltinModule('node:crypto').randomFillSync(block);
  next = 0;
}

/** The W3C recommendation reserves all zeroes for invalid. */
export const isZero = (id: string): boolean => /^0+$/.test(id);
