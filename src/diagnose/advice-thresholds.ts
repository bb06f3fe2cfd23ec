// From which figures on advice is given, with the reason for each number.

/** Calls, writes or values below which a window shows nothing. */
export const ADVICE_COUNT_MIN = 20;
/** Streams that a command may read, by its median: a decision needs one, a transfer two, a process of several steps a few. */
export const STREAMS_A_COMMAND_MAX = 4;
/** Mean size of an event, bytes: a focused event is some hundred; from half a page of PostgreSQL on a write fills pages with few events. */
export const EVENT_BYTES_MEAN_MAX = 4096;
/** p95 of the sizes of events, bytes: single events that carry documents or histories. */
export const EVENT_BYTES_P95_MAX = 32 * 1024;
/** Events a write, mean, from which on writes count as batched. */
export const BATCH_EVENTS_MIN = 2;
/** Writes a command, from which on one command's events go to the store one at a time. */
export const WRITES_A_COMMAND_MIN = 2;
/** Writes a second from which on single writes cost: each is a round trip and a commit. */
export const WRITES_PER_S_MIN = 100;
/** p95 of the wait for a connection, ms: as long as a whole write should take. */
export const ACQUIRE_P95_MS_MAX = 10;
/** Part of a pool's connections in use from which on it is full. */
export const POOL_FULL_RATIO = 0.95;
/** Part below which a pool that lets requests wait is contended rather than small. */
export const POOL_ROOMY_RATIO = 0.8;
/** Events that are read by others than commands, an event processed. Incremental projections read each event once. */
export const EVENTS_READ_A_PROCESSED_MAX = 10;
/** Events processed in a window below which that says nothing. */
export const PROCESSED_MIN = 100;
/** Projections run one after another when their batches together take nearly all of the time, and not more: this part of it to this. */
export const SERIAL_BUSY_RATIO_MIN = 0.8;
export const SERIAL_BUSY_RATIO_MAX = 1.05;
/** Part of the time that a projection must take to count as one that others wait for. */
export const SERIAL_SHARE_MIN = 0.1;
/** Lag, ms, from which on that matters: the target of a projection in real time. */
export const SERIAL_LAG_MS_MIN = 1000;
/** CPU usage from which on projections that run at once would only share what is used up. */
export const SERIAL_CPU_USAGE_MAX = 0.9;
/** Series that a finding names. */
export const NAMED_MAX = 3;
