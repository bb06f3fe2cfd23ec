// A thread's memory and a writer on it, without any thread: for unit tests of both sides.

import { Instruments } from '../../src/host/instruments.js';
import { RingWriter } from '../../src/host/ring-writer.js';
import { createControl } from '../../src/memory/control-memory.js';
import { createThreadMemory, type ThreadMemory } from '../../src/memory/thread-memory.js';

export interface TestRing {
  memory: ThreadMemory;
  control: Int32Array;
  writer: RingWriter;
  instruments: Instruments;
}

export function testRing(records = 1024, serial = 0): TestRing {
  const memory = createThreadMemory(records, serial, serial, 0);
  const control = createControl();
  const writer = new RingWriter();
  writer.attach(memory, control);
  const instruments = new Instruments(writer);
  instruments.attach(memory);
  return { memory, control, writer, instruments };
}
