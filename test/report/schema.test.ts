// The JSON Schema that ships: made from the types, current, and able to tell a report from what is none.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import test from 'ava';
import type { Report } from '../../src/report/report-types.js';
import { sampleDistribution, samplePath, sampleReport } from '../support/sample-report.js';

const text = readFileSync(new URL('../../../docs/report.schema.json', import.meta.url), 'utf8');
const validate = new Ajv({ allErrors: true }).compile(JSON.parse(text));

const flame = {
  frames: [{ function: '(root)', file: '', line: 0, kind: 'none', package: '' }],
  parents: [-1],
  nodes: [0],
  selfUs: [0],
  totalUs: [1000],
};

const complete = (): Report =>
  sampleReport({
    cpu: {
      samples: 1,
      durationMs: 10,
      busyMs: 1,
      intervalUs: 10_000,
      gcRatio: 0,
      programRatio: 0,
      top: [{ function: 'f', file: 'f', line: 1, selfRatio: 1, totalRatio: 1 }],
      byPath: [{ name: 'p', labels: {}, cpuMs: 1, ratio: 1, samples: 1, syncSamples: 1, flame }],
      flame,
      files: ['flame/x.cpuprofile'],
    },
    paths: [samplePath('p', [1000], { labels: { a: 'b' } })],
    distributions: [sampleDistribution('d', 'bytes', [1])],
    counters: [{ name: 'c', labels: {}, value: 1, delta: 1 }],
    gauges: [{ name: 'g', labels: { thread: '1' }, value: 0.5 }],
    stalls: [
      {
        id: 1,
        thread: 'main',
        reason: '',
        cpuMs: 1,
        startAt: '',
        durationMs: 1,
        ongoing: false,
        verdict: 'gc',
        top: [{ function: 'f', file: 'f', line: 1, ratio: 1 }],
        file: '',
      },
    ],
    alerts: [
      {
        id: '',
        labels: {},
        evidence: ['x'],
        rule: '',
        severity: 'info',
        state: 'pending',
        since: '',
        value: 0,
        threshold: 0,
        message: '',
        runbook: '',
        actions: ['x'],
      },
    ],
    rules: [{ rule: '', severity: 'info', state: 'inactive', why: '' }],
    advice: [{ name: '', title: '', figures: '', advice: '' }],
    exemplars: [{ traceId: '', spanId: '', path: '', labels: {}, durationMs: 1, at: '', ok: true }],
    kpis: [{ name: '', value: 0, unit: '', target: 0, alert: 0, direction: 'lower', status: 'no-data' }],
    config: { a: 1, b: 'x', c: null, d: true },
  });

/** Every path to an object's key, through the first element of lists. */
function keysOf(node: unknown, path: string[] = []): string[][] {
  if (Array.isArray(node)) return node.length === 0 ? [] : keysOf(node[0], [...path, '0']);
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, value]) => [[...path, key], ...keysOf(value, [...path, key])]);
}

function changed(path: string[], change: (parent: Record<string, unknown>, key: string) => void): unknown {
  const report = structuredClone(complete()) as unknown as Record<string, unknown>;
  const parent = path.slice(0, -1).reduce((node, key) => node[key] as Record<string, unknown>, report);
  change(parent, path.at(-1) as string);
  return report;
}

/** Keys that are the application's, not the format's. */
const isFree = (path: string[]): boolean => path[0] === 'config' || path.at(-2) === 'labels' || path.includes('byKind');
const paths = keysOf(complete()).filter((path) => path.length === 1 || !isFree(path));

test('should be what the types say when it is made again', (t) => {
  const script = fileURLToPath(new URL('../../../scripts/make-schema.js', import.meta.url));
  t.is(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' }), '');
});

test('should hold no path of the machine that made it', (t) => {
  t.notRegex(text, /import\(|node_modules|\/src\//);
});

test('should accept a report, and one with more keys, when all that is required is there', (t) => {
  t.true(validate(complete()), JSON.stringify(validate.errors));
  const objects = paths.filter((path) => typeof path.reduce((node: unknown, key) => (node as Record<string, unknown>)[key], complete()) === 'object');
  for (const path of objects) {
    const report = changed([...path, 'added'], (parent, key) => {
      if (!Array.isArray(parent) && path.at(-1) !== 'labels') parent[key] = { later: 1 };
    });
    // Tables of values of one type take no value of another.
    const isTable = path.at(-1) === 'byKind' || path.at(-1) === 'config';
    t.is(validate(report), !isTable, path.join('.'));
  }
});

test('should refuse a report when any key is missing', (t) => {
  t.true(paths.length > 90);
  for (const path of paths) {
    t.false(validate(changed(path, (parent, key) => delete parent[key])), path.join('.'));
  }
});

test('should refuse a report when any value is of another type', (t) => {
  for (const path of paths.filter(([first]) => first !== 'config')) {
    const report = changed(path, (parent, key) => {
      parent[key] = typeof parent[key] === 'string' ? 7 : 'seven';
    });
    t.false(validate(report), path.join('.'));
  }
});

test('should refuse a label that is no text and another schema when given one', (t) => {
  t.false(validate(changed(['paths', '0', 'labels', 'a'], (labels) => Object.assign(labels, { a: 1 }))));
  t.false(validate({ ...complete(), schema: 'pitot.report/2' }));
  t.false(validate({ ...complete(), closedBy: 'accident' }));
});
