// N7: after half an hour a data set is loaded and stays: a step of 30 % of the base.
import { serve } from '../service.js';
import { text } from '../text.js';

const STEP_MINUTE = 30;
const STEP_BYTES = 16 * 2 ** 20;
const ROW_BYTES = 1000;

const rates: { currency: string; row: string }[] = [];

function loadRates(minute: number): void {
  if (minute !== STEP_MINUTE) return;
  for (let row = 0; row < STEP_BYTES / ROW_BYTES; row++) rates.push({ currency: 'EUR', row: text(ROW_BYTES - 50, row) });
}

await serve({ eachMinute: loadRates });
