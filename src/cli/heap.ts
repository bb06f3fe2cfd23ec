// `pitot heap`: what a heap snapshot holds, what holds it, and what grew since an earlier one.
import type { HeapStage } from '../heap/analyze-heap.js';
import { type CliIo, type Command, EXIT_DONE } from './command.js';
import { parseCommand, usageError } from './parse-args.js';

const help = `Usage: pitot heap [options] SNAPSHOT [LATER]
       pitot heap --take PID [--dir DIR]

Shows a heap snapshot (.heapsnapshot), whoever took it: pitot, v8.writeHeapSnapshot(), DevTools. Constructors by the memory they retain, what is
likely to leak, and what holds it. With LATER, a second snapshot: what grew between the two; if both are of one process, and no session of the
inspector was closed between them, also what came and what went.

Options:
  --rows N        constructors shown, 1..200 (default 20)
  --memory MIB    most memory the analysis may take, MiB (default 80 % of what is available); a snapshot needs about twice its size
  --json          print everything as JSON; with --take {"file": ...} or {"refused": ...}
  --take PID      has a process that runs under pitot take a snapshot of itself, where memory, disk and time allow it, and prints the file
  --dir DIR       PITOT_DIR of that process, where it is not found by itself
  -h, --help      show this help

Exit codes: 0 done · 1 the snapshot was refused · 2 usage, or no heap snapshot
`;

const ROWS = { default: 20, max: 200 };
const MIB = 1_048_576;
/** What is left of the available memory is the rest of the machine's. */
const MEMORY_SHARE = 0.8;
/** Time after which progress is told, and its distance, ms; on a terminal at once, ten times a second. */
const QUIET_MS = 2000;
const LIVE_MS = 100;

export const command: Command = {
  help,
  async run(args, io) {
    const given = parseCommand(
      args,
      {
        rows: { type: 'string' },
        memory: { type: 'string' },
        json: { type: 'boolean' },
        take: { type: 'string' },
        dir: { type: 'string' },
      },
      command,
      io,
    );
    if (given === null) return EXIT_DONE;
    const { values, positionals } = given;
    if (values.take !== undefined) {
      const more = [...positionals, ...(values.rows === undefined ? [] : ['--rows']), ...(values.memory === undefined ? [] : ['--memory'])];
      if (more.length > 0)
        throw usageError('--take', 'with --dir and --json alone', more.join(' '), 'It prints the file; pitot heap FILE shows what is in it.');
      return (await import('./heap-take.js')).takeHeap({ pid: values.take, dir: values.dir, json: values.json }, io);
    }
    if (values.dir !== undefined) throw usageError('--dir', 'beside --take', values.dir, 'A snapshot is named by its file.');
    if (positionals.length < 1 || positionals.length > 2)
      throw usageError(
        'SNAPSHOT [LATER]',
        'one heap snapshot, or two of one process',
        `${positionals.length}`,
        'For example: pitot heap Heap.1.heapsnapshot.',
      );
    const rows = values.rows === undefined ? ROWS.default : numberOf('--rows', values.rows, 1, ROWS.max);
    const memoryBytesMax =
      values.memory === undefined ? process.availableMemory() * MEMORY_SHARE : numberOf('--memory', values.memory, 1, 1_000_000) * MIB;
    const { analyzeHeap } = await import('../heap/analyze-heap.js');
    const progress = new Progress(io);
    const [file, later] = positionals;
    const analysis = await analyzeHeap(file, { later, memoryBytesMax, onProgress: (...step) => progress.told(...step) }).finally(() =>
      progress.end(),
    );
    if (values.json) io.out(`${JSON.stringify(analysis, null, 2)}\n`);
    else {
      const { renderHeap } = await import('./heap-text.js');
      io.out(renderHeap(analysis, { rows, width: io.width, colour: io.colour }));
    }
    return EXIT_DONE;
  },
};

/** Lines on standard error: one that is written over on a terminal, one each two seconds elsewhere. */
class Progress {
  readonly #io: CliIo;
  readonly #everyMs: number;
  #toldAtMs: number;
  #isOpen = false;

  constructor(io: CliIo) {
    this.#io = io;
    this.#everyMs = io.errIsTerminal ? LIVE_MS : QUIET_MS;
    this.#toldAtMs = performance.now();
  }

  told(stage: HeapStage, doneRatio: number, file: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs < this.#everyMs) return;
    this.#toldAtMs = nowMs;
    const text = stage === 'reading' ? `reading ${file}: ${Math.floor(doneRatio * 100)} %` : stage === 'dominators' ? 'who holds what' : 'suspects';
    this.#io.err(this.#io.errIsTerminal ? `\r\u001b[K${text}` : `${text}\n`);
    this.#isOpen = this.#io.errIsTerminal;
  }

  end(): void {
    if (this.#isOpen) this.#io.err('\r\u001b[K');
    this.#isOpen = false;
  }
}

function numberOf(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw usageError(option, `a whole number ${min}..${max}`, text, `For example: ${option} ${min}.`);
}
