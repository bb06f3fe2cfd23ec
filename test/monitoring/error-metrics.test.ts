// Errors by kind, and which errors are version conflicts.
import test from 'ava';
import { ERRORS } from '../../src/core/instrument-names.js';
import { errorKind } from '../../src/monitoring/error-kind.js';
import { isVersionConflict } from '../../src/monitoring/version-conflict.js';
import { recorded } from './recorded.js';

class Refused extends Error {}
class _Renamed extends Error {}

test('should name code, name or class when the kind of an error is asked for', (t) => {
  const named = new Error('x');
  named.name = 'TimeoutError';
  const hostile = {
    get code(): string {
      throw new Error('no');
    },
  };
  const kinds: [unknown, string][] = [
    ['refused', 'refused'],
    [Object.assign(new Error('x'), { code: '23505' }), '23505'],
    [new DOMException('x', 'AbortError'), 'AbortError'],
    [named, 'TimeoutError'],
    [new TypeError('x'), 'TypeError'],
    [new Refused('x'), 'Refused'],
    [new _Renamed('x'), 'Renamed'],
    [new Error('x'), 'Error'],
    [Object.create(null), 'unknown'],
    [hostile, 'unknown'],
    [undefined, 'unknown'],
    [null, 'unknown'],
    ['', 'unknown'],
    [7, 'number'],
  ];
  t.deepEqual(
    kinds.map(([error]) => errorKind(error)),
    kinds.map(([, kind]) => kind),
  );
});

test('should look at no more of an error than a label holds when its text is long', (t) => {
  const long = `${'Concurrency1'.repeat(20_000)}`;
  const startMs = performance.now();
  for (const error of [long, { code: long }, { name: long }, { constructor: { name: long } }]) {
    t.is(errorKind(error), long.slice(0, 200));
    t.false(isVersionConflict(error));
  }
  // Unbounded, the pattern of conflicts takes half a minute for each.
  t.true(performance.now() - startMs < 5000);
});

test('should count each error by kind when it is recorded, the same one twice as two', (t) => {
  const seen = recorded();
  const error = new RangeError('x');
  seen.metrics.errors.record(error);
  seen.metrics.errors.record(error);
  seen.metrics.errors.record('refused');
  t.deepEqual(seen.counters(ERRORS, 'kind'), { RangeError: 2, refused: 1 });
});

test('should tell conflicts from failures when a store rejects', (t) => {
  class WrongExpectedVersionError extends Error {}
  const conflicts = [
    new WrongExpectedVersionError(),
    Object.assign(new Error(), { code: '23505' }),
    Object.assign(new Error(), { errorCode: 412 }),
    Object.assign(new Error(), { name: 'ConcurrencyError' }),
    Object.assign(new Error(), { name: 'ExpectedVersionConflictError' }),
    Object.assign(new Error(), { type: 'wrong-expected-version', code: 'wrong-expected-version' }),
  ];
  t.deepEqual(conflicts.map(isVersionConflict), Array(6).fill(true));
  const failures = [new Error('conflict'), Object.assign(new Error(), { code: 'ECONNREFUSED' }), new TypeError(), null, undefined, 'x', 412];
  t.deepEqual(failures.map(isVersionConflict), Array(7).fill(false));
});
