// Analyses the heap snapshot it is given, once, and prints what that took.
import { analyzeHeap } from '../../src/heap/analyze-heap.js';

const [file, memoryBytesMax] = process.argv.slice(2);
const { nodes, edges, totalBytes, took } = await analyzeHeap(file, { memoryBytesMax: Number(memoryBytesMax) });
const { user, system } = process.cpuUsage();
process.stdout.write(
  `${JSON.stringify({ nodes, edges, totalBytes, ...took, cpuMs: (user + system) / 1000, rssBytesMax: process.resourceUsage().maxRSS * 1024 })}\n`,
);
