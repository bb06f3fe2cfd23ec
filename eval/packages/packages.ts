// Real packages of LEAKS.md §4.2: each with its leak, and with what does not leak: a later version, or another use.
import { BASE_BYTES, type Pattern } from '../corpus/pattern.js';

const LEAK_MINUTES = 200;
const CONTROL_MINUTES = 110;
/** What a control is left above its base: caches of the package, and of Node.js. */
const CONTROL_BOUND_BYTES = 8 * 2 ** 20;

interface PackageFacts {
  id: string;
  what: string;
  leaking: string[];
  control: string[];
  /** Handed to the program that does not leak; empty: only the version differs. */
  controlArgs: string[];
  ratioPerHour: number;
  culprit: RegExp[];
  allocation: string;
}

const FACTS: PackageFacts[] = [
  {
    id: 'otel-metrics',
    what: 'OpenTelemetry metrics with two readers, one of which never collects (opentelemetry-js #4115)',
    leaking: ['@opentelemetry/api@1.6.0', '@opentelemetry/sdk-metrics@1.17.0'],
    control: ['@opentelemetry/api@1.6.0', '@opentelemetry/sdk-metrics@1.17.1'],
    controlArgs: [],
    ratioPerHour: 0.3,
    culprit: [/AttributeHashMap/, /_unreportedAccumulations/, /TemporalMetricProcessor/],
    allocation: 'getMetrics',
  },
  {
    id: 'undici-signal',
    what: 'fetch with a fresh AbortController each (node #46435)',
    leaking: ['undici@5.14.0'],
    control: ['undici@5.20.0'],
    controlArgs: [],
    ratioPerHour: 0.5,
    culprit: [/AbortController/, /AbortSignal/, /FinalizationRegistry/, /WeakCell/, /requestFinalizer/],
    allocation: 'fetchOnce',
  },
  {
    id: 'winston-per-request',
    what: 'a winston logger a request, all with one transport (winston #1334)',
    leaking: ['winston@3.3.3'],
    control: ['winston@3.3.3'],
    controlArgs: ['one-logger'],
    ratioPerHour: 0.5,
    culprit: [/DerivedLogger/, /_events/, /Stream/],
    allocation: 'createLogger',
  },
  {
    id: 'prom-client-labels',
    what: 'a label of prom-client that is the user',
    leaking: ['prom-client@15.1.0'],
    control: ['prom-client@15.1.0'],
    controlArgs: ['few-labels'],
    ratioPerHour: 0.4,
    culprit: [/hashMap/, /Histogram/],
    allocation: 'observe',
  },
  {
    id: 'express-session',
    what: "sessions of clients without cookies in express-session's MemoryStore",
    leaking: ['express-session@1.17.3'],
    control: ['express-session@1.17.3'],
    controlArgs: ['returning-clients'],
    ratioPerHour: 0.3,
    culprit: [/MemoryStore/, /\bsessions\b/],
    allocation: '',
  },
];

/** First the leak, then its control. */
export const PACKAGES: readonly Pattern[] = FACTS.flatMap(
  ({ id, what, leaking, control, controlArgs, ratioPerHour, culprit, allocation }): Pattern[] => {
    const common = { number: '4.2', kind: 'heap', program: `eval/packages/programs/${id}`, bytesPerHour: ratioPerHour * BASE_BYTES } as const;
    return [
      { ...common, id, what, expected: 'leak', culprit, allocation, args: [], boundBytes: 0, minutes: LEAK_MINUTES, install: leaking },
      {
        ...common,
        id: `${id}-control`,
        what: `${controlArgs.length === 0 ? control.at(-1) : controlArgs.join(' ')}: the same without the leak`,
        expected: 'none',
        culprit: [],
        allocation: '',
        args: controlArgs,
        boundBytes: CONTROL_BOUND_BYTES,
        minutes: CONTROL_MINUTES,
        install: control,
      },
    ];
  },
);
