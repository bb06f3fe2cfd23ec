// The slowest commands of a window, as threads hand them over.
import test from 'ava';
import { Exemplars } from '../../src/agent/exemplars.js';
import { EXEMPLARS_MAX } from '../../src/core/limits.js';
import type { ExemplarMessage } from '../../src/memory/messages.js';

const message = (durationMs: number, spanId = 'b7ad6b7169203331'): ExemplarMessage => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId,
  path: 'commands',
  labels: { command: 'Transfer' },
  durationMs,
  atMs: 1_700_000_000_000,
  ok: true,
});

test('should say the slowest first when the window closes', (t) => {
  const exemplars = new Exemplars();
  for (const durationMs of [3, 9, 5]) exemplars.add(message(durationMs));
  const window = exemplars.closeWindow();
  t.deepEqual(
    window.map(({ durationMs }) => durationMs),
    [9, 5, 3],
  );
  t.deepEqual(window[0], {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    path: 'commands',
    labels: { command: 'Transfer' },
    durationMs: 9,
    at: '2023-11-14T22:13:20.000Z',
    ok: true,
  });
  t.deepEqual(exemplars.closeWindow(), []);
});

test('should keep the slowest and of equal ones the first when more come than are kept', (t) => {
  const exemplars = new Exemplars();
  for (let i = 0; i < 3 * EXEMPLARS_MAX; i++) exemplars.add(message(i % 30, `${i}`));
  exemplars.add(message(Number.NaN));
  const window = exemplars.closeWindow();
  t.is(window.length, EXEMPLARS_MAX);
  t.deepEqual(
    window.slice(0, 4).map(({ durationMs, spanId }) => [durationMs, spanId]),
    [
      [29, '29'],
      [29, '59'],
      [28, '28'],
      [28, '58'],
    ],
  );
});
