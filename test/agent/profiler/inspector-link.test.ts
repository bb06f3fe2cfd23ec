// Worker threads as Node.js announces them to an inspector session.
import test from 'ava';
import { threadIdOf } from '../../../src/agent/profiler/inspector-link.js';

test("should read the thread's number from the title when a worker is announced, not from the session's count of workers", (t) => {
  t.is(threadIdOf({ workerId: '1', title: '[worker 5]' }), 5);
  t.is(threadIdOf({ workerId: '5', title: '[worker 12] WorkerThread' }), 12);
  t.is(threadIdOf({ workerId: '3', title: '[worker 2] named [worker 9]' }), 2);
});

test('should name no thread when the title has another shape', (t) => {
  t.is(threadIdOf({ workerId: '4', title: 'named [worker 9]' }), null);
  t.is(threadIdOf({ workerId: '4', title: '' }), null);
});
