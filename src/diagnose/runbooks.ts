// Runbooks: for each kind of trouble what it looks like, what to check, and what helps.

export interface Runbook {
  symptom: string;
  check: readonly string[];
  helps: readonly string[];
}

/** By name, as rules name them. */
export const RUNBOOKS: Readonly<Record<string, Runbook>> = {
  'high command latency': {
    symptom: 'Commands take longer than usual: a p95 beyond 1 000 ms, or well above its own baseline.',
    check: [
      'Is it the store? Compare p95 of reads and writes with that of the command; look at the slowest statements and their plans.',
      'How many streams does the command read, and how long are they?',
      'How many commands run at once, and do requests wait for a connection?',
      'Does the event loop turn? Its delay, the stalls, and the flame graph of the window tell whether JavaScript is what takes the time.',
    ],
    helps: [
      'An index on stream and version, and statements that use it.',
      'Fewer streams a command; snapshots for long ones.',
      'A bound on commands that run at once, with a queue before it.',
      'More of the database: connections, memory, a faster disk.',
    ],
  },
  'memory growth': {
    symptom: 'Memory rises from hour to hour and does not come back, until the limit ends the process.',
    check: [
      'What grows: the heap, memory outside it, or only what the collector has not taken yet? The timelines tell them apart.',
      'Which constructors and allocation sites hold the growth: a heap profile, and two heap snapshots compared.',
      'Caches without a bound, listeners that are never taken off, timers and promises that never end.',
      'Are whole streams, or all events of a read, kept longer than they are needed?',
    ],
    helps: [
      'A bound and an eviction policy for every cache.',
      'WeakMap, WeakRef or plain removal where one object only annotates another.',
      'Listeners, timers and subscriptions ended by those who started them, also on failure.',
      'Streams read in pages; old events archived.',
      'Until it is found: a restart before the limit is reached, one process at a time.',
    ],
  },
  'projection lag': {
    symptom: 'Projections fall behind the events that are written; what is read from them is old.',
    check: [
      'Does the projection still run? Its position must move; its errors say why it does not.',
      'Events written against events processed a second: does it not keep up, or did it stand still for a while?',
      'How long does a batch take, and how much of that is the database?',
      'Is the process short of CPU, of connections, or held up by stalls?',
    ],
    helps: [
      'Changes computed from the event alone instead of a new calculation from the stream.',
      'Larger batches, with one transaction and one checkpoint each.',
      'Independent projections side by side; one that is split by stream, over several workers.',
      'An event that always fails set aside, so that the others go on.',
    ],
  },
  'store contention': {
    symptom: 'Writes are slow or time out, and versions conflict, while the database has little else to do.',
    check: [
      'Which streams are written most, and do their writers conflict?',
      'Locks and waiting transactions in the database, and how long transactions stay open.',
      'Events a write, and writes a command.',
      'Connections in use, and requests that wait for one.',
    ],
    helps: [
      'Short transactions: read and decide before they begin, no other await within.',
      'Busy streams split into smaller ones; one writer a stream where conflicts are many; a retry with jitter on a conflict.',
      'All events of a command in one append.',
      'Reads of projections and reports from a replica.',
      'A pool of the right size rather than a large one.',
    ],
  },
  'service down': {
    symptom: 'Health checks fail, or the event loop does not turn: no request is answered.',
    check: [
      'Which check fails, and with what error or time-out?',
      'Does the main thread turn? A stall that goes on names the function that holds it.',
      'Do the things it depends on answer: database, network, other services?',
      'Did a deployment, a configuration change or a restart come before it?',
    ],
    helps: [
      'Where the loop is blocked: take the load away, restart, and move the blocking work to a worker thread.',
      'Where something it depends on is down: bring that back first; a restart only adds connections to it.',
      'The last change taken back, if it began with one.',
    ],
  },
  'command failures': {
    symptom: 'A part of the commands fails that is far above the usual.',
    check: [
      'Which commands and which kinds of error: all alike, or one?',
      'Rejected by rules of the domain, by conflicts of versions, or by the infrastructure?',
      'The log of the minutes before, and what was deployed or configured then.',
      'Whether the store answers: its failures, latency and connections.',
    ],
    helps: [
      'One kind of command: the change that broke it taken back.',
      'Conflicts: a retry with fresh state, and fewer writers on one stream.',
      'Infrastructure: see event store unavailable, and store contention.',
      'Input that is refused by the thousand: its sender told, or slowed down.',
    ],
  },
  'event store unavailable': {
    symptom: 'Reads or writes of the event store fail, all or most of them.',
    check: [
      'Can the database be reached from this host, with these credentials? DNS, network, certificates, limits on connections.',
      'Is the database healthy: disk, memory, failover, locks?',
      'Does the pool have connections, or does everything wait for one?',
      'The first error of the log: refused, timed out, or denied?',
    ],
    helps: [
      'The database brought back, or its failover waited for; the pool makes its connections anew by itself.',
      'Commands refused early with a clear answer while it is away, instead of queues that grow.',
      'Time-outs for acquiring a connection and for statements, so that failures are quick.',
      'After it: projections checked to have gone on from their checkpoints.',
    ],
  },
  'resource exhaustion': {
    symptom: 'CPU or memory stays near what the process may use.',
    check: [
      'CPU: which functions and paths take it, and is it the main thread alone, the garbage collector, or several threads?',
      'Memory: near the limit and level, or rising? Rising is memory growth.',
      'Has the load grown, or does the same load cost more than before?',
      'The limits themselves: quota and memory of the container, --max-old-space-size.',
    ],
    helps: [
      'The heaviest functions made cheaper, or moved to worker threads.',
      'More processes, or a larger limit where the machine has room.',
      'Load that can wait, as rebuilds and reports, moved to quiet hours.',
    ],
  },
  'error rate': {
    symptom: 'More errors than this service usually has, though perhaps still few.',
    check: [
      'Which kinds of error have grown, and since when?',
      'What else began then: a deployment, more load, slower dependencies?',
      'Do few callers or streams have most of them?',
    ],
    helps: [
      'The kind that grew followed to its cause in the log, by trace id where there is one.',
      'The last change taken back if it fits in time.',
      'Retries checked: they hide small errors and multiply large ones.',
    ],
  },
  capacity: {
    symptom: 'At the present growth a limit is reached within weeks, or the same work slowly takes longer.',
    check: [
      'What grows: traffic, data a stream, memory, or the cost of one call?',
      'Is the growth steady, or that of a season or of one customer?',
      'Which limit comes first, and how long does it take to raise it?',
    ],
    helps: [
      'The limit raised, or processes added, before the date.',
      'Long streams closed, summarised or archived; snapshots.',
      'What the advice of the report names.',
    ],
  },
};

/** The runbook of a name as text; what is no name of one is the text itself. */
export function renderRunbook(name: string): string {
  if (!Object.hasOwn(RUNBOOKS, name)) return name;
  const { symptom, check, helps } = RUNBOOKS[name];
  return [symptom, 'Check:', ...check.map((line) => `- ${line}`), 'What helps:', ...helps.map((line) => `- ${line}`)].join('\n');
}
