// N2: a batch collects rows for 20 to 80 minutes, half of the base at its end, writes them and lets them go.
import { seededRandom } from '../../../src/flame/diff/seeded-random.js';
import { serve } from '../service.js';
import { text } from '../text.js';

const BATCH_BYTES = 25 * 2 ** 20;
const ROW_BYTES = 1000;

const random = seededRandom(7);
const newBatchMinutes = (): number => 20 + Math.floor(random() * 61);

let rows: { id: number; row: string }[] = [];
let minutesLeft = newBatchMinutes();
let rowsPerMinute = BATCH_BYTES / ROW_BYTES / minutesLeft;

function collectRows(minute: number): void {
  if (minutesLeft-- === 0) {
    rows = [];
    minutesLeft = newBatchMinutes();
    rowsPerMinute = BATCH_BYTES / ROW_BYTES / minutesLeft;
  }
  for (let row = 0; row < rowsPerMinute; row++) rows.push({ id: row, row: text(ROW_BYTES - 60, minute * 1000 + row) });
}

await serve({ eachMinute: collectRows });
