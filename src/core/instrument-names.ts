// Names of the instruments that the registry of an event-sourced service records, and that KPIs, rules and advice read. Part of the interface: rules of users name them.

/** Paths: durations with their counts and errors. */
export const COMMANDS = 'commands'; // {command, complexity: simple|complex}
export const STORE_READ = 'event_store.read';
export const STORE_WRITE = 'event_store.write';
export const PROJECTION = 'projection'; // {projection}: one batch
export const POOL_ACQUIRE = 'pool.acquire'; // {pool}: time until a connection was there
export const HEALTH_CHECK = 'health.check'; // {check}

/** Counters. */
export const COMMAND_ERRORS = 'commands.errors'; // {kind}
export const STORE_EVENTS_READ = 'event_store.events_read';
export const STORE_EVENTS_WRITTEN = 'event_store.events_written';
export const STORE_OPERATIONS = 'event_store.operations'; // {stream}: the busiest by name, the rest as (other)
export const STORE_CONFLICTS = 'event_store.conflicts';
export const STORE_STREAMS_CREATED = 'event_store.streams_created';
export const PROJECTION_EVENTS = 'projection.events'; // {projection}
export const PROJECTION_SKIPPED = 'projection.skipped'; // {projection}
export const PROJECTION_ERRORS = 'projection.errors'; // {projection}
export const PROJECTION_CHECKPOINTS = 'projection.checkpoints'; // {projection}
export const ERRORS = 'errors'; // {kind}

/** Gauges. */
export const COMMANDS_CONCURRENT = 'commands.concurrent';
export const STORE_CONCURRENT = 'event_store.concurrent';
export const STORE_STREAMS = 'event_store.streams';
export const STORE_HEAD = 'event_store.head'; // global position of the newest event
export const PROJECTION_LAG_MS = 'projection.lag_ms'; // {projection}
export const PROJECTION_POSITION_LAG = 'projection.position_lag'; // {projection}
export const PROJECTION_POSITION = 'projection.position'; // {projection}: of the last processed event
export const PROJECTION_EVENT_AT_MS = 'projection.event_at_ms'; // {projection}: time of the last processed event, ms since the epoch
export const PROJECTIONS_ACTIVE = 'projection.active';
export const POOL_TOTAL = 'pool.total'; // {pool}
export const POOL_AVAILABLE = 'pool.available'; // {pool}: free, or not made yet
export const POOL_WAITING = 'pool.waiting'; // {pool}: requests that wait for a connection
export const HEALTH = 'health'; // {check}: 1 healthy, 0 not
export const SYSTEM_MEMORY_BYTES = 'system.memory_bytes';
export const SYSTEM_CPU_PERCENT = 'system.cpu_percent';

/** Distributions. */
export const COMMAND_STREAMS = 'commands.streams'; // {command}, streams a command read
export const COMMAND_EVENTS = 'commands.events'; // {command}, events a command wrote
export const STORE_BATCH = 'event_store.batch'; // events a write
export const STORE_EVENT_BYTES = 'event_store.event_bytes'; // size of an event, of a sample of them
export const SYSTEM_GC_PAUSE = 'system.gc_pause'; // ns, from other sources than pitot's own

/** Label value of what is summed in a bounded list. */
export const OTHER = '(other)';

/** Figures of the leak detector, for rules: growth an hour as a part of what was there, 0 where it says there is no leak; and hours until a limit is reached. {kind} */
export const LEAK_PER_HOUR = 'leak.growth_per_hour';
/** The same where the detector calls the leak critical, 0 where it does not: what the rule `memory leak` follows. {kind} */
export const LEAK_CRITICAL_PER_HOUR = 'leak.critical_growth_per_hour';
export const LEAK_HOURS_TO_LIMIT = 'leak.hours_to_limit';
