// Entry point of the agent thread.
import { parentPort, workerData } from 'node:worker_threads';
import { Agent } from '../src/agent/agent.js';
import type { AgentData } from '../src/memory/messages.js';

if (parentPort !== null) new Agent(workerData as AgentData, parentPort).start();
