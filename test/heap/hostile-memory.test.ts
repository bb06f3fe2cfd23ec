// Files that say little of themselves and hold much: refused within the memory allowed, measured in a process of its own.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const base = mkdtempSync(join(tmpdir(), 'pitot-heap-hostile-'));
test.after.always(() => rmSync(base, { recursive: true, force: true }));

const ANALYZE = JSON.stringify(fileURLToPath(new URL('../../src/heap/analyze-heap.js', import.meta.url)));
const CHILD = `
const { analyzeHeap } = await import(${ANALYZE});
const [memory, file, later] = process.argv.slice(1);
const received = await analyzeHeap(file, { memoryBytesMax: Number(memory), later }).then(() => 'no error', (error) => error.detail?.received ?? String(error));
console.log(JSON.stringify({ received, rssBytesMax: process.resourceUsage().maxRSS * 1024 }));`;

interface Outcome {
  received: string;
  rssBytesMax: number;
}

function analyse(memoryBytesMax: number, ...files: string[]): Outcome {
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', CHILD, String(memoryBytesMax), ...files], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return JSON.parse(child.stdout || `{"received":${JSON.stringify(child.stderr)}}`) as Outcome;
}

const META =
  '"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[["synthetic","object"]],' +
  '"edge_fields":["type","name_or_index","to_node"],"edge_types":[["property"]],"location_fields":["object_index","script_id","line","column"]}';

interface Parts {
  nodes?: number;
  node?: (index: number) => string;
  edges?: number;
  edge?: (index: number) => string;
  between?: (write: (text: string) => void) => void;
  strings?: number;
  text?: (index: number) => string;
}

/** Written piece by piece: none of it is held here. */
function write(
  name: string,
  { nodes = 1, node = () => '0,0,1,0,0', edges = 0, edge = () => '', between, strings = 1, text = () => '' }: Parts,
): string {
  const file = join(base, `${name}.heapsnapshot`);
  const fd = openSync(file, 'w');
  let piece = '';
  const out = (more: string): void => {
    piece += more;
    if (piece.length < 1 << 20) return;
    writeSync(fd, piece);
    piece = '';
  };
  out(`{"snapshot":{${META},"node_count":${nodes},"edge_count":${edges}},"nodes":[`);
  for (let i = 0; i < nodes; i++) out(`${i === 0 ? '' : ','}${node(i)}`);
  out('],"edges":[');
  for (let i = 0; i < edges; i++) out(`${i === 0 ? '' : ','}${edge(i)}`);
  out('],');
  between?.(out);
  out('"strings":[');
  for (let i = 0; i < strings; i++) out(`${i === 0 ? '' : ','}"${text(i)}"`);
  out(']}');
  writeSync(fd, piece);
  closeSync(fd);
  return file;
}

const MIB = 1_048_576;
/** Buffers, code, and what the collector leaves until it runs; what the files would take is a multiple. */
const ROOM_BYTES = 24 * MIB;

test('should refuse with one error, and within the memory allowed, when a file holds more than it declares', (t) => {
  const floor = analyse(MIB, write('small', {}));
  t.is(floor.received, 'no error');
  const cases: [file: string, memoryMib: number, received: RegExp][] = [
    [
      write('strings', { strings: 10_000_000 }),
      1,
      /^over 65536 strings, with which it takes 1\.36 MiB of memory to analyse, where 1\.00 MiB are allowed$/,
    ],
    [
      write('pairs', { strings: 1_000_000, text: () => '1 / part of key (K @3) -> value' }),
      1,
      /^\d+ names of pairs of weak maps, with which it takes 1\.\d\d MiB of memory to analyse/,
    ],
    [
      write('parts', {
        between: (out) => {
          for (let i = 0; i < 3_000_000; i++) out(`"${i}":0,`);
        },
      }),
      1,
      /^more than 64 parts$/,
    ],
    [write('huge', { nodes: 500_000, node: () => '0,0,1,5000000000,0' }), 64, /^more than 1000 nodes of 4 GiB and more$/],
    [
      write('classes', { nodes: 40_000, node: (i) => `1,${i},${i},8,0`, strings: 40_000, text: (i) => String(i).padEnd(900, 'x') }),
      8,
      /^over \d+ (classes|names of classes), with which it takes 8\.\d\d MiB of memory to analyse/,
    ],
  ];
  for (const [file, memoryMib, received] of cases) {
    const outcome = analyse(memoryMib * MIB, file, file);
    t.regex(outcome.received, received, file);
    const overBytes = outcome.rssBytesMax - floor.rssBytesMax;
    t.log(`${file.replace(base, '')}: ${(overBytes / MIB).toFixed(1)} MiB over that of a small file`);
    t.true(overBytes < memoryMib * MIB + ROOM_BYTES, `${file}: ${overBytes} bytes over ${floor.rssBytesMax}`);
  }
});

test('should take no more than for its nodes and edges when a file has thousands of roots, all of them one group of thousands', (t) => {
  const file = write('roots', {
    nodes: 3,
    node: (i) => ['0,0,1,0,5000', '0,1,3,0,20000', '1,2,5,16,0'][i],
    edges: 25_000,
    edge: (i) => (i < 5000 ? '0,2,5' : '0,2,10'),
    strings: 3,
    text: (i) => ['', '(Group)', 'Kept'][i],
  });
  const floor = analyse(MIB, write('least', {}));
  const outcome = analyse(MIB, file);
  t.is(outcome.received, 'no error');
  t.true(outcome.rssBytesMax - floor.rssBytesMax < MIB + ROOM_BYTES, `${outcome.rssBytesMax} bytes, ${floor.rssBytesMax} of a small file`);
});

test('should charge both of two snapshots to one allowance when they are compared', (t) => {
  const file = write('both', { nodes: 10_000, node: (i) => `0,0,${i},8,0` });
  const needed = 10_000 * 80 + 100_000;
  t.is(analyse(needed, file).received, 'no error');
  t.regex(
    analyse(needed, file, file).received,
    /^10000 nodes and 0 edges, with which it takes 938 KiB of memory to analyse, 157 KiB of it for the earlier snapshot, where 879 KiB are allowed$/,
  );
  t.is(analyse(needed + 170_000, file, file).received, 'no error');
});
