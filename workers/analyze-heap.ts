// Entry point of the process that analyses heap snapshots: one request as its argument, lines of JSON on standard output.
import { answer } from '../src/heap/analysis-process.js';

process.exitCode = await answer(process.argv[2] ?? '', (line) => void process.stdout.write(line));
