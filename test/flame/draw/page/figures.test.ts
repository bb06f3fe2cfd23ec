// Figures as text: exact, and the same in the page's static part and in its script.
import vm from 'node:vm';
import test from 'ava';
import { formatBytes, formatNs } from '../../../../src/core/units.js';
import { formatCount, formatRatio, formatSpan, formatTime, significant } from '../../../../src/flame/draw/page/figures.js';
import { formatScript } from '../../../../src/flame/draw/page/format-script.js';

test('should print counts with thousands separators', (t) => {
  t.deepEqual([0, 999, 1000, 2_483_484].map(formatCount), ['0', '999', '1,000', '2,483,484']);
});

test('should print ratios as percentages and never print as zero what is not', (t) => {
  t.deepEqual([0, 0.000001, 0.0005, 0.0413, 0.2066, 1, 1.5].map(formatRatio), ['0 %', '< 0.01 %', '0.05 %', '4.13 %', '20.7 %', '100 %', '150 %']);
});

test('should print three significant digits when a number is small and all of them when it is large', (t) => {
  t.deepEqual([0, 0.00123, 0.1234, 8.666, 31.24, 1234.5, 4_139_140, Number.NaN].map(significant), [
    '0',
    '0.00123',
    '0.123',
    '8.67',
    '31.2',
    '1,235',
    '4,139,140',
    '–',
  ]);
});

test('should print spans in the two units that matter', (t) => {
  t.deepEqual([30, 12_340, 200_000, 3_720_000, 200_000_000].map(formatSpan), ['0.03 s', '12.3 s', '3 min 20 s', '1 h 02 min', '2 d 07 h']);
  t.is(formatSpan(3_599_900), '1 h 00 min');
});

test('should print ISO times in UTC and leave any other text alone', (t) => {
  t.is(formatTime('2026-03-14T10:21:35.900Z'), '2026-03-14 10:21:35');
  t.is(formatTime('2026-03-14T10:21:35+02:00'), '2026-03-14 08:21:35');
  t.is(formatTime('since 2'), 'since 2');
});

test('should print the same figures in the script as in the static page', (t) => {
  const client = vm.runInNewContext(
    `${formatScript}; ({ formatNs, formatBytes, formatCount, formatRatio, significant, formatterOf, formatShare, trimmed })`,
  );
  for (let exponent = -4; exponent <= 14; exponent++) {
    for (const digit of [0, 1, 1.2345, 4.996, 9.9949]) {
      const value = digit * 10 ** exponent;
      t.is(client.formatNs(value), formatNs(value));
      t.is(client.formatBytes(value), formatBytes(value));
      t.is(client.formatCount(value), formatCount(value));
      t.is(client.formatRatio(value), formatRatio(value));
      t.is(client.significant(value), significant(value));
    }
  }
  t.deepEqual(
    ['By', 'ms', 'EUR'].map((unit) => client.formatterOf(unit)(2048)),
    ['2.00 KiB', '2.05 s', '2,048'],
  );
  t.deepEqual([0, 0.0001, 0.2066, 1].map(client.formatShare), ['0.0 %', '< 0.1 %', '20.7 %', '100.0 %']);
  t.deepEqual(['1.00 ms', '10.0 µs', '1.50 s', '100 ns', '0.5', '1.0'].map(client.trimmed), ['1 ms', '10 µs', '1.50 s', '100 ns', '0.5', '1']);
});
