// Entry point of the process that analyses heap snapshots: one request as its argument, lines of JSON on standard output.
import { beKilledFirst } from '../src/heap/killed-first.js';

beKilledFirst();
const { answer } = await import('../src/heap/analysis-process.js');
process.exitCode = await answer(process.argv[2] ?? '', (line) => void process.stdout.write(line));
