// Analyses the heap snapshot it is given, once, and prints what that took.
import { analyzeHeap } from '../../src/heap/analyze-heap.js';

const { nodes, edges, took } = await analyzeHeap(process.argv[2], { memoryBytesMax: 8e9 });
const { user, system } = process.cpuUsage();
process.stdout.write(
  `${JSON.stringify({ nodes, edges, ...took, cpuMs: (user + system) / 1000, rssBytesMax: process.resourceUsage().maxRSS * 1024 })}\n`,
);
