// Suggestions for misspelt names.
import test from 'ava';
import { nearestName } from '../../src/config/nearest-name.js';

const names = ['intervalMs', 'stallMs', 'dir', 'http'];

test('should find the name that was meant when it is one or two edits away', (t) => {
  t.is(nearestName('intervalMS', names), 'intervalMs');
  t.is(nearestName('interval-ms', names), 'intervalMs');
  t.is(nearestName('intrvalM', names), 'intervalMs');
  t.is(nearestName('stalMs', names), 'stallMs');
  t.is(nearestName('dirs', names), 'dir');
});

test('should suggest nothing when no name is near', (t) => {
  t.is(nearestName('colour', names), undefined);
  t.is(nearestName('xy', names), undefined);
  t.is(nearestName('d'.repeat(10_000), names), undefined);
});
