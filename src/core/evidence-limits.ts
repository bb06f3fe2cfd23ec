// Bounds of heap snapshots and profiles, with unit and reason: the part of limits.ts that is about evidence of memory.

/** Heap profiles a run directory keeps, 10 to 100 KB each; and heap snapshots, the newest, which are twice the heap each. */
export const HEAP_PROFILES_MAX = 20;
/** Those taken on demand: what an alert took stays as long as retention lets it. */
export const HEAP_SNAPSHOTS_MAX = 8;
/**
 * How long a snapshot may take until nobody waits for it any more: no less than this, ms, and so many times the standstill that the user allows. Measured is
 * up to 5.4 times what is expected, on two cores with twelve tasks.
 */
export const SNAPSHOT_MS_MIN = 120_000;
export const SNAPSHOT_PAUSE_RATIO_MAX = 6;
/** How long its begin is waited for, ms: from Node 22 on it comes when the loop turns. Later, what was measured before says too little. */
export const SNAPSHOT_START_MS_MAX = 10_000;
/** Longest standstill of the main thread that a snapshot may be expected to cause, ms; a bigger heap needs a word of the user's. */
export const SNAPSHOT_PAUSE_MS_MAX = 10_000;
/** Expected standstill, ms a MiB of used heap: measured 14 to 130 on Node 20, 12 to 85 later, objects of 50 bytes being the worst. */
export const SNAPSHOT_PAUSE_MS_PER_MIB_NODE_20 = 75;
export const SNAPSHOT_PAUSE_MS_PER_MIB = 60;
/**
 * The same, times a full collection of that heap, which tells how many objects there are and how fast the machine is: measured 34 to 183 on Node 20 and 20 to 153
 * later, half of them within 67 to 126. The bytes alone are off by more: text and numbers take 1 to 25 ms a MiB.
 * The heap up to which a collection is made to know it, bytes; what it takes at the least and at the most, ms a MiB (measured 0.04 to 1.5); and how long its
 * result holds, ms.
 */
export const SNAPSHOT_PAUSE_PER_COLLECTION = 120;
export const SNAPSHOT_COLLECT_BYTES_MAX = 512 * 1024 * 1024;
export const SNAPSHOT_COLLECT_MS_PER_MIB_MIN = 0.035;
export const SNAPSHOT_COLLECT_MS_PER_MIB_MAX = 1.7;
export const SNAPSHOT_COLLECT_MS = 3_600_000;
/**
 * Native memory that a snapshot takes at the worst, times the bytes of the heap. Of what lies in V8's spaces for large objects: V8 keeps 1 KiB for the name
 * of each index of the longest array, so that one array full of pointers took 154 and a hash table 123, and twenty arrays of a twentieth each took 18. Of all
 * else, where objects took 22, strings 3; of compiled code, 6.
 */
export const SNAPSHOT_SPIKE_RATIO_LARGE = 160;
export const SNAPSHOT_SPIKE_RATIO = 24;
export const SNAPSHOT_SPIKE_RATIO_CODE = 8;
/** What it takes whatever the heap, bytes; and what is left to the process meanwhile: a tenth of what there is, and no less than this. */
export const SNAPSHOT_SPIKE_BYTES = 16 * 1024 * 1024;
export const SNAPSHOT_RESERVE_BYTES = 32 * 1024 * 1024;
export const SNAPSHOT_RESERVE_RATIO = 0.1;
/** Bytes on disk that a snapshot takes at the worst, times the used heap: measured 0.4 to 4; and what it leaves free there, bytes. */
export const SNAPSHOT_DISK_RATIO = 5;
export const SNAPSHOT_DISK_RESERVE_BYTES = 16 * 1024 * 1024;
/** The same as a rule (measured 1.5 to 2.2 for objects), and the part of PITOT_RETAIN_BYTES that it may take; a quarter is left to all else in any case. */
export const SNAPSHOT_FILE_RATIO = 2;
export const SNAPSHOT_RETAIN_RATIO_MAX = 1;
/** Part of V8's own limit up to which the heap may be used: beyond it the process dies in the middle of a snapshot, or soon after. */
export const SNAPSHOT_HEAP_RATIO_MAX = 0.9;
/** How long the report before a snapshot is waited for, ms: on a disk that hangs, the snapshot is not to be lost too. */
export const REPORT_FIRST_MS_MAX = 5000;
/** Least time between two snapshots of a service, ms: one a day, whatever restarts and fires. */
export const SNAPSHOT_COOL_DOWN_MS = 86_400_000;
/** A lock on a file that processes share that is older than this, ms, was left by a process that was killed: it is held for a few file operations. */
export const SNAPSHOT_LOCK_MS_MAX = 10_000;
/** Period at which the agent looks for requests for a snapshot, ms: one stat. */
export const REQUEST_POLL_MS = 500;
/** Age from which on a request counts for nothing, ms: nobody waits any more. And bytes of one. */
export const REQUEST_AGE_MS_MAX = 60_000;
export const REQUEST_BYTES_MAX = 1024;
/** How long a request by the API waits for an agent that is still loading, ms. */
export const SNAPSHOT_READY_MS_MAX = 10_000;
/**
 * From which age of its last byte on a begun heap file of another host counts as left behind, ms: longer than a snapshot and its begin may take together
 * where the user allows a standstill of ten minutes, since V8 writes nothing before it has gone through the heap.
 */
export const LEFTOVER_MS_MIN = 7_200_000;
/** Least memory that the process which analyses a snapshot takes, bytes: measured 65 to 76 MiB, Node 20 to 26; and of its columns, where 8 are an empty process. */
export const ANALYSIS_BASE_BYTES = 80 * 1024 * 1024;
export const ANALYSIS_COLUMNS_BYTES_MIN = 16 * 1024 * 1024;
/** Requests that are looked at in one poll. */
export const REQUESTS_MAX = 10;
/** Characters of a name that a redacted snapshot keeps, of a description made of names, and names in one; of a script's path. */
export const REDACTED_NAME_CHARS_MAX = 64;
export const REDACTED_LABEL_CHARS_MAX = 200;
export const REDACTED_WORDS_MAX = 8;
export const REDACTED_SCRIPT_CHARS_MAX = 4096;
/** Named properties beyond which an object is taken for a dictionary, and its keys for data: the global object has some 300. */
export const REDACTED_DICTIONARY_KEYS = 1000;
/** Characters of a snapshot before its first array, and between two: V8 writes 1 500. */
export const REDACTED_HEAD_CHARS_MAX = 64 * 1024;
