// The end-to-end tests alone. .ci/run runs those of processes once more on each Node.js line, with PITOT_TEST_NODE naming the binary.
export default {
  files: ['build/test/e2e/**/*.test.js', 'build/test/faults/**/*.test.js', 'build/test/**/*-in-chromium.test.js'],
  timeout: '120s',
  workerThreads: false,
  concurrency: 2,
};
