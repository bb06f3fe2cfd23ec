// N5: after twenty quiet minutes a burst makes a million and a half objects and drops them; so little is allocated afterwards that nothing makes the collector look.
import { serve } from '../service.js';

const BURST_MINUTE = 20;
const OBJECTS = 1_500_000;

function importCatalogue(minute: number): void {
  if (minute !== BURST_MINUTE) return;
  const rows: { id: number; next: number }[] = [];
  for (let id = 0; id < OBJECTS; id++) rows.push({ id, next: id + 1 });
  rows.length = 0;
}

await serve({ answerBytes: 400 * 20, traffic: () => 0.2, eachMinute: importCatalogue });
