// Precedence, parsing and errors of the configuration.
import test from 'ava';
import { OPTION_KEYS, OPTIONS } from '../../src/config/options.js';
import { isStrict, type Options, printableConfig, resolveConfig } from '../../src/config/resolve.js';
import { PitotError } from '../../src/core/errors.js';

const files = (content: Record<string, string>) => (path: string) => {
  if (path in content) return content[path];
  throw new Error(`ENOENT: ${path}`);
};

function failure(input: Parameters<typeof resolveConfig>[0]): PitotError {
  try {
    resolveConfig(input);
  } catch (error) {
    if (error instanceof PitotError) return error;
  }
  throw new Error('no PitotError');
}

test('should give the defaults of the contract when nothing is set', (t) => {
  const { config, warnings } = resolveConfig({ env: {} });
  t.deepEqual(
    { ...config },
    {
      enabled: true,
      dir: 'pitot-reports',
      service: null,
      intervalMs: 60_000,
      config: null,
      cpuIntervalUs: 10_000,
      stallMs: 250,
      heapSampleBytes: 524_288,
      heapCollect: true,
      flameFormats: 'cpuprofile,svg',
      flameKeep: 60,
      overheadBudget: 0.01,
      retainBytes: 536_870_912,
      retainRuns: 20,
      metricsPort: null,
      metricsHost: '127.0.0.1',
      timeScale: 1,
      alerts: null,
      logLevel: 'info',
      strict: false,
      hdrDigits: 3,
      exitWaitMs: 500,
      ringRecords: 262_144,
      heapSnapshot: true,
      heapPauseMs: 10_000,
      heapRedact: false,
      heapNearLimit: 'auto',
      http: true,
    },
  );
  t.deepEqual(warnings, []);
  t.true(Object.isFrozen(config));
});

test('should take code over environment over file over default when several name an option', (t) => {
  const readFile = files({ 'p.json': '{"intervalMs": 2000, "stallMs": 300, "retainRuns": 7}' });
  const env = { PITOT_CONFIG: 'p.json', PITOT_INTERVAL_MS: '3000', PITOT_STALL_MS: '400' };
  const { config } = resolveConfig({ env, code: { intervalMs: 4000 }, readFile });
  t.is(config.intervalMs, 4000);
  t.is(config.stallMs, 400);
  t.is(config.retainRuns, 7);
  t.is(config.exitWaitMs, 500);
  t.is(config.config, 'p.json');
});

test('should read every kind of text when it comes from the environment', (t) => {
  const { config } = resolveConfig({
    env: {
      PITOT_HTTP: 'false',
      PITOT_STRICT: '1',
      PITOT_CPU_INTERVAL_US: '0',
      PITOT_OVERHEAD_BUDGET: '0.05',
      PITOT_RETAIN_BYTES: '1.5GiB',
      PITOT_METRICS_PORT: '0',
      PITOT_LOG_LEVEL: 'debug',
      PITOT_HDR_DIGITS: '2',
      PITOT_RING_RECORDS: '4096',
      PITOT_DIR: ' /var/pitot ',
    },
  });
  t.is(config.http, false);
  t.is(config.strict, true);
  t.is(config.cpuIntervalUs, 0);
  t.is(config.overheadBudget, 0.05);
  t.is(config.retainBytes, 1_610_612_736);
  t.is(config.metricsPort, 0);
  t.is(config.logLevel, 'debug');
  t.is(config.hdrDigits, 2);
  t.is(config.ringRecords, 4096);
  t.is(config.dir, '/var/pitot');
});

test('should read sizes with and without a unit when given as number or text', (t) => {
  const bytesOf = (retainBytes: number | string) => resolveConfig({ env: {}, code: { retainBytes } }).config.retainBytes;
  t.is(bytesOf(2_000_000), 2_000_000);
  t.is(bytesOf('2000000'), 2_000_000);
  t.is(bytesOf('512 MiB'), 536_870_912);
  t.is(bytesOf('2048 kib'), 2_097_152);
  t.is(bytesOf('1 TiB'), 1_099_511_627_776);
  for (const bad of ['512 MB', '-1', '1 MiB extra', 1024, 2_000_000.5, Number.NaN]) {
    t.is(failure({ env: {}, code: { retainBytes: bad } }).code, 'CONFIG_VALUE', String(bad));
  }
});

test('should treat an empty variable as unset when its option has a default', (t) => {
  const { config, warnings } = resolveConfig({ env: { PITOT_INTERVAL_MS: '', PITOT_HTTP: ' ', PITOT_SERVICE: '', PITOT_UNKNOWN: '' } });
  t.is(config.intervalMs, 60_000);
  t.is(config.http, true);
  t.is(config.service, null);
  t.deepEqual(warnings, []);
});

test('should take OTEL_SERVICE_NAME when no other name is given', (t) => {
  const nameOf = (env: Record<string, string>, code: Options = {}) => resolveConfig({ env, code }).config.service;
  t.is(nameOf({ OTEL_SERVICE_NAME: 'otel' }), 'otel');
  t.is(nameOf({ OTEL_SERVICE_NAME: 'otel', PITOT_SERVICE: 'own' }), 'own');
  t.is(nameOf({ OTEL_SERVICE_NAME: 'otel' }, { service: 'code' }), 'code');
});

test('should turn the endpoint off when the port is off, null or false', (t) => {
  t.is(resolveConfig({ env: { PITOT_METRICS_PORT: 'off' } }).config.metricsPort, null);
  t.is(resolveConfig({ env: { PITOT_METRICS_PORT: '9464' }, code: { metricsPort: null } }).config.metricsPort, null);
  t.is(resolveConfig({ env: {}, code: { metricsPort: 9464 } }).config.metricsPort, 9464);
});

test('should name option, allowed, received and remedy when a value is out of range', (t) => {
  const fromEnv = failure({ env: { PITOT_INTERVAL_MS: '999' } });
  t.is(fromEnv.code, 'CONFIG_VALUE');
  t.deepEqual(fromEnv.detail, {
    option: 'PITOT_INTERVAL_MS',
    allowed: 'a whole number 1000..3600000',
    received: '"999"',
    remedy: 'Correct it, for example to 60000.',
  });
  t.is(failure({ env: {}, code: { intervalMs: 3_600_001 } }).detail.option, 'intervalMs');
  const readFile = files({ 'p.json': '{"intervalMs": "soon"}' });
  t.is(failure({ env: { PITOT_CONFIG: 'p.json' }, readFile }).detail.option, 'intervalMs in p.json');
});

test('should refuse each value just outside the allowed when it is given, and take each just inside', (t) => {
  const taken: Options[] = [
    { intervalMs: 1000 },
    { intervalMs: 3_600_000 },
    { cpuIntervalUs: 100 },
    { stallMs: 20 },
    { overheadBudget: 1 },
    { retainRuns: 1 },
    { metricsPort: 65_535 },
    { exitWaitMs: 0 },
    { exitWaitMs: 10_000 },
    { ringRecords: 1024 },
    { ringRecords: 4_194_304 },
    { timeScale: 0.001 },
  ];
  for (const code of taken) t.like(resolveConfig({ env: {}, code }).config, code);
  const refused: [string, unknown][] = [
    ['intervalMs', 999],
    ['intervalMs', 1000.5],
    ['cpuIntervalUs', 99],
    ['stallMs', 19],
    ['overheadBudget', 0],
    ['overheadBudget', 1.01],
    ['retainRuns', 0],
    ['metricsPort', 65_536],
    ['exitWaitMs', 10_001],
    ['exitWaitMs', -1],
    ['ringRecords', 1000],
    ['ringRecords', 512],
    ['ringRecords', 8_388_608],
    ['timeScale', 0],
    ['timeScale', Number.POSITIVE_INFINITY],
    ['hdrDigits', 4],
    ['logLevel', 'verbose'],
    ['dir', ''],
    ['dir', 7],
    ['http', 'yes'],
    ['enabled', null],
  ];
  for (const [key, value] of refused) t.is(failure({ env: {}, code: { [key]: value } }).detail.option, key, `${key} ${String(value)}`);
});

test('should suggest the option that was meant when a key is unknown', (t) => {
  const misspelt = failure({ env: {}, code: { intervalMS: 5000 } as Options });
  t.is(misspelt.code, 'CONFIG_UNKNOWN_KEY');
  t.is(misspelt.detail.remedy, 'Did you mean intervalMs?');
  const readFile = files({ 'p.json': '{"interval_ms": 1, "x": 2}' });
  t.is(failure({ env: { PITOT_CONFIG: 'p.json' }, readFile }).detail.remedy, 'Did you mean intervalMs?');
  t.regex(failure({ env: {}, code: { colour: 1 } as unknown as Options }).detail.remedy, /^Remove it; known are enabled, dir,/);
  t.is(failure({ env: {}, code: JSON.parse('{"__proto__": {}}') as Options }).code, 'CONFIG_UNKNOWN_KEY');
});

test('should warn and go on when an unknown variable begins with PITOT_', (t) => {
  const { config, warnings } = resolveConfig({ env: { PITOT_INTERVL_MS: '5', PITOT_TUBE_LENGTH: '1', OTHER: 'x' } });
  t.is(config.intervalMs, 60_000);
  t.deepEqual(warnings, [
    'PITOT_INTERVL_MS is not a variable of pitot and is ignored. Did you mean PITOT_INTERVAL_MS?',
    'PITOT_TUBE_LENGTH is not a variable of pitot and is ignored.',
  ]);
});

test('should say what is wrong with the file when it cannot be read, is no JSON, no object or names another', (t) => {
  const readFile = files({ bad: '{"intervalMs": }', list: '[1]', chain: '{"config": "more.json"}', bom: '\ufeff{"retainRuns": 3}' });
  t.is(failure({ env: { PITOT_CONFIG: 'gone' }, readFile }).code, 'CONFIG_FILE');
  t.is(failure({ env: { PITOT_CONFIG: 'bad' }, readFile }).code, 'CONFIG_JSON');
  // Alerts may stand in it, with their secrets: what V8 quotes of a text is not told.
  const unquoted = failure({ env: { PITOT_CONFIG: 'x' }, readFile: () => '{"alerts": {"sinks": {"ops": {"routingKey": R0123456789abcdef}}}}' });
  t.is(unquoted.detail.received, "Unexpected token 'R': it is no valid JSON");
  t.is(failure({ env: { PITOT_CONFIG: 'list' }, readFile }).detail.received, '[1]');
  t.is(failure({ env: { PITOT_CONFIG: 'chain' }, readFile }).detail.option, 'config in chain');
  t.is(resolveConfig({ env: { PITOT_CONFIG: 'bom' }, readFile }).config.retainRuns, 3);
});

test('should read nothing else when the agent is switched off', (t) => {
  const env = { PITOT_ENABLED: '0', PITOT_INTERVAL_MS: 'bad', PITOT_CONFIG: 'gone' };
  t.is(resolveConfig({ env, readFile: files({}) }).config.enabled, false);
  t.is(resolveConfig({ env: { PITOT_STALL_MS: 'bad' }, code: { enabled: false } }).config.enabled, false);
  t.is(failure({ env, code: { enabled: true }, readFile: files({}) }).detail.option, 'PITOT_INTERVAL_MS');
});

test('should know whether errors are fatal when the configuration itself is broken', (t) => {
  const readFile = files({ 'strict.json': '{"strict": true, "intervalMs": "bad"}', 'broken.json': '{' });
  t.true(isStrict({ env: { PITOT_STRICT: '1', PITOT_INTERVAL_MS: 'bad' } }));
  t.true(isStrict({ env: { PITOT_CONFIG: 'strict.json' }, readFile }));
  t.false(isStrict({ env: { PITOT_CONFIG: 'strict.json', PITOT_STRICT: '0' }, readFile }));
  t.false(isStrict({ env: { PITOT_CONFIG: 'broken.json' }, readFile }));
  t.true(isStrict({ env: {}, code: { strict: true } }));
  t.false(isStrict({ env: {} }));
});

test('should accept its own default and example when any option is parsed', (t) => {
  for (const key of OPTION_KEYS) {
    const spec = OPTIONS[key];
    t.is(spec.parse(spec.default), spec.default, key);
    t.not(spec.parse(spec.example), undefined, key);
    t.is(spec.env, `PITOT_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`);
  }
});

test('should keep rules and sinks of code as text, and print none of it when they are an object', (t) => {
  const alerts = { sinks: { ops: { kind: 'webhook', url: 'https://example.org/secret' } } };
  const { config } = resolveConfig({ env: {}, code: { alerts } });
  t.is(config.alerts, JSON.stringify(alerts));
  t.is(printableConfig(config).alerts, '(an object)');
  const named = resolveConfig({ env: { PITOT_ALERTS: 'alerts.json' } }).config;
  t.is(printableConfig(named).alerts, 'alerts.json');
  const error = t.throws(() => resolveConfig({ env: {}, code: { alerts: [] as never } }));
  t.regex(error?.message ?? '', /^alerts: expected a path of a JSON file, or the object itself/);
});
