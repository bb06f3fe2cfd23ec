// The end-to-end tests alone: run once more on each Node.js line by .ci/run, with PITOT_TEST_NODE naming the binary.
export default {
  files: ['build/test/e2e/**/*.test.js', 'build/test/faults/**/*.test.js'],
  timeout: '120s',
  workerThreads: false,
  concurrency: 2,
};
