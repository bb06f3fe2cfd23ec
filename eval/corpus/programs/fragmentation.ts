// Row 12: bursts of compression leave the C allocator with pages it cannot give back. Resident memory rises and then stays; nothing is held.
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { serve } from '../service.js';
import { text } from '../text.js';

const compress = promisify(deflate);

/** For half an hour each burst is somewhat larger than the one before; then they are all alike. */
const GROWING_MINUTES = 30;
const STREAMS_MAX = 120;
const EVERY_MINUTES = 3;

async function burst(minute: number): Promise<void> {
  if (minute % EVERY_MINUTES !== 0) return;
  const streams = Math.ceil((STREAMS_MAX * Math.min(minute, GROWING_MINUTES)) / GROWING_MINUTES);
  await Promise.all(Array.from({ length: streams }, (_, index) => compress(text(2000 + ((index * 997) % 30_000), index))));
}

await serve({ eachMinute: burst });
