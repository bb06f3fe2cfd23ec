// Every bound pitot keeps, with its unit and the reason for the number.

/** Distinct paths a process. Beyond it one overflow path counts the rest: labels made from user input must not grow memory. */
export const PATHS_MAX = 2000;
/** Ids below this one belong to pitot: 0 overflow, 1..4 garbage collections by kind. Per thread and per process alike. */
export const RESERVED_PATHS = 8;
/** Slots for paths in shared memory: the limit above, the reserved ids, rounded up to a power of two for the path bits of a record. */
export const PATH_SLOTS = 2048;
/** Distinct counters, and distinct gauges, a process. */
export const COUNTERS_MAX = 1000;
/** Slots for counters (and as many for gauges) in shared memory; slot 0 is the overflow. */
export const COUNTER_SLOTS = 1024;
/** Length of a path, counter or gauge name, characters; longer names are cut. */
export const NAME_CHARS_MAX = 200;
/** Labels a path; more are ignored. */
export const LABELS_MAX = 10;
/** Length of a label value, characters; longer values are cut. */
export const LABEL_CHARS_MAX = 200;
/** Bytes of definition text a thread: 2 000 paths of 256 bytes. */
export const DEFINITION_BYTES = 512 * 1024;
/** Records a ring, a power of two: 26 ms of spans at 10 M/s, which covers a descheduled agent thread on two busy cores. 4 MiB, committed as it fills. */
export const RING_RECORDS = 256 * 1024;
/** Records a worker thread's ring at the most: worker threads come and go, and their memory goes only when the collector finds it. */
export const WORKER_RING_RECORDS = 64 * 1024;
/** Longest duration that is kept, ns: one hour. Longer ones are clamped to it and counted. */
export const DURATION_NS_MAX = 3_600_000_000_000;
/** Distinct (path, bucket) pairs a window, a power of two. At 70 % full the window is closed early. 16 bytes each, committed as used. */
export const WINDOW_ENTRIES = 1 << 20;
export const WINDOW_FILL_MAX = 0.7;
/** Records one aggregate task takes: long enough to amortise its dispatch, short enough to hand the ring's space back. */
export const SLICE_RECORDS = 64 * 1024;
/** Slices up to this length are aggregated on the agent thread: shorter than a pool dispatch costs. */
export const INLINE_SLICE_RECORDS = 2048;
/** Spans of one slice that are kept for the join with CPU samples, and further ones that are long: 19 bytes each, which a pool worker sends. */
export const SLICE_SPANS_MAX = 16 * 1024;
export const SLICE_LONG_SPANS_MAX = 1024;
/** Spans from this length on, ns, are the last to be forgotten: they cover ten samples and more, and losing one puts all of its time in doubt. */
export const SPAN_LONG_NS = 100_000_000;
/** Shortest span kept for the join, ns: at the default period 1 in 5 000 of such spans meets a sample. The floor doubles up to the other when too many come. */
export const SPAN_FLOOR_NS = 2_000;
export const SPAN_FLOOR_NS_MAX = 64_000;
/** Spans a second and thread at which the floor doubles; at an eighth it halves. Synchronous spans above the highest floor are fewer, unless they nest. */
export const SPANS_PER_S_MAX = 20_000;
/** Spans kept a thread until they are joined, 18 bytes each, committed as they come: 4.5 MiB for main (13 s at the rate above), 1.1 MiB for a worker thread. */
export const SPAN_LOG_SPANS = 256 * 1024;
export const SPAN_LOG_WORKER_SPANS = 64 * 1024;
/** Stretches of lost spans told apart; beyond it the two nearest become one. */
export const SPAN_LOST_MAX = 64;
/** Paths of a report whose CPU time is drawn as a call tree of its own: a screen of them; each is up to 100 KB of JSON. */
export const CPU_PATH_FLAMES_MAX = 20;
/** Nodes of a call tree that are kept while windows are merged; beyond it the lightest are put together to half as many: a year of windows is no more memory than a day. */
export const MERGED_NODES_KEPT_MAX = 20_000;
/** Functions that are kept while windows are merged; beyond it the half with the least self time is forgotten. */
export const MERGED_FUNCTIONS_KEPT_MAX = 20_000;
/** Period of the drain, ms: at the first poll of the watchdog from then on. */
export const DRAIN_MS = 250;
/** Period of runtime samples, ms. */
export const SAMPLE_MS = 1000;
/** Period at which pidusage is asked for the resident memory, ms; in between it is Node's own figure. */
export const PIDUSAGE_MS = 10_000;
/** Resolution of the event-loop delay timer, ms: 20 native wake-ups a second, 0.17 % of a core on an idle main thread (20 ms: 0.26 %). */
export const LOOP_RESOLUTION_MS = 50;
/** Period at which the CPU time of each thread is read, ms; windows are closed with a reading of their own. */
export const THREADS_SAMPLE_MS = 5000;
/** Channels on which worker threads hand their heartbeats over; so many can start at one moment, at 20 µs of main's start each. One that finds its channel taken tries again. */
export const HEARTBEAT_CHANNELS = 16;
/** Distance of these tries, ms, and their number: 10 s in all, for a thread that loads its modules for long. */
export const HEARTBEAT_RETRY_MS = 100;
export const HEARTBEAT_TRIES_MAX = 100;
/** Application threads measured at once. */
export const THREADS_MAX = 256;
/** Distinct faults kept in a report; the rest are counted together. */
export const FAULTS_MAX = 50;
/** Points a run's timeline keeps; when full, neighbours are merged in pairs. */
export const TIMELINE_POINTS_MAX = 720;
/** How long an exiting process waits for its last report, ms. */
export const EXIT_WAIT_MS = 500;
/** The same when the agent thread was still starting, ms: a start takes 100 ms, on a crowded machine ten times that. */
export const EXIT_WAIT_STARTING_MS = 3000;
/** Agent-thread restarts: back-off starts here and doubles to the cap, ms. */
export const RESPAWN_MS_MIN = 100;
export const RESPAWN_MS_MAX = 60_000;
/** Highest sampling shift: 1 call in 2^12 is timed. */
export const SAMPLE_SHIFT_MAX = 12;
/** Cost of one timed span (two clock reads, one record, its aggregation), ns, for the overhead budget. bench/hot-path. */
export const SPAN_COST_NS = 100;
/** Cost of one record without clock reads and its aggregation, ns. */
export const RECORD_COST_NS = 15;
/** Bytes of agent.log a run; beyond it logging stops with one last line. */
export const LOG_BYTES_MAX = 16 * 1024 * 1024;
/** Sinks that alerts are sent to: each has a request in flight of its own. */
export const SINKS_MAX = 20;
/** Longest time of one request to a sink, ms, unless its configuration says otherwise. */
export const SINK_TIMEOUT_MS = 10_000;
/** Bytes of a file that holds a secret: the longest header value there is room for. */
export const SECRET_BYTES_MAX = 16 * 1024;
/** Redirects of one request that are followed, all of the same origin. */
export const REDIRECTS_MAX = 3;
/** Bytes of a sink's answer that are read, and how long, ms, so that it may finish a short one: nothing of it is kept. */
export const ANSWER_BYTES_MAX = 64 * 1024;
export const ANSWER_DRAIN_MS = 1000;
/** Longest wait that a receiver can ask for, ms: an hour. */
export const RETRY_AFTER_MS_MAX = 3_600_000;
/** Back-off of a sink that fails: full jitter below 1 s, doubling up to 5 min, ms: an outage of an hour costs a sink some 30 requests. */
export const SINK_RETRY_MS = 1000;
export const SINK_RETRY_MS_MAX = 300_000;
/** Notifications that wait on disk, and their bytes: an alert a second for close to three hours; what is beyond it is dropped, oldest first, and counted. */
export const QUEUE_MAX = 10_000;
export const QUEUE_BYTES_MAX = 64 * 1024 * 1024;
/** The same in memory, while the disk takes no more. */
export const QUEUE_MEMORY_MAX = 1000;
export const QUEUE_MEMORY_BYTES_MAX = 8 * 1024 * 1024;
/** Tries that a receiver answered with 5xx before the next notification goes first (20 min), and failures between deliveries of others after which it is dropped. */
export const STUCK_TRIES = 10;
export const STUCK_STRIKES = 3;
/** Age at which a notification that nobody took is dropped, ms: a day; later it would be history, not an alert. */
export const NOTIFICATION_AGE_MS_MAX = 86_400_000;
/** Parts of an alert that are queued: sentences and labels, and characters of each text. Evidence is figures, not logs. */
export const NOTIFICATION_SENTENCES_MAX = 50;
export const NOTIFICATION_CHARS_MAX = 4000;
/** Period at which a queue's owner shows that it lives and looks for queues whose owner does not, ms; and the silence after which one it cannot see counts as dead. */
export const QUEUE_PULSE_MS = 10_000;
export const QUEUE_SILENCE_MS = 120_000;
/** Period at which firing alerts are sent to Alertmanager again, ms, and how far ahead their end is set: four of them, as Prometheus does it. */
export const REPOST_MS = 60_000;
export const REPOST_ENDS_MS = 240_000;
/** Firing alerts in one such request. */
export const REPOST_ALERTS_MAX = 100;
/** Heap of each of pitot's own threads, MiB: a fault there ends that thread, never the process. A small young generation keeps their resident memory low. */
export const OWN_THREAD_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 4 };
/** Faults a probe on an application thread tells the agent of: enough to see what is wrong, at 20 µs each. */
export const HOST_FAULTS_MAX = 20;
/** Distinct routes, or hosts, an HTTP probe keeps apart; the rest share one. 300 of them, with 2 methods and 3 classes each, nearly fill the table of paths. */
export const HTTP_KEYS_MAX = 300;
/** Joined route patterns of express kept, and addresses of HTTP clients; beyond it they are worked out anew each time. */
export const HTTP_PATTERNS_MAX = 2000;
export const HTTP_ADDRESSES_MAX = 1000;
/** First distance of a stall's updates, ms; it doubles up to the highest: a stall of an hour is 65 lines in stalls.ndjson. */
export const STALL_UPDATE_MS_MIN = 1000;
export const STALL_UPDATE_MS_MAX = 60_000;
/** Stalls told in detail a window: a loop that blocks all the time fits 50 shortest stalls into 15 s, and says nothing new in the rest. */
export const STALLS_WINDOW_MAX = 50;
/** Child processes of one thread that are looked at; the newest, of which one is waited for. */
export const STALL_CHILDREN_MAX = 8;
/** Time after which the CPU profiles are rotated at the latest, ms: about 1 000 samples. */
export const CPU_ROTATE_MS = 10_000;
/** Nodes of the call tree a rotation should hand over: V8 writes each as text while the thread stands still, 2–4 µs each. With more the next comes sooner. */
export const ROTATED_NODES_MAX = 500;
/** Least time between two rotations by that rule, ms: each costs 0.3 ms whatever it hands over. */
export const CPU_ROTATE_MS_MIN = 2000;
/** CPU sampling period of a thread that idles, µs: 0.3 % of a core where 10 ms take 1.2 %. */
export const IDLE_CPU_INTERVAL_US = 50_000;
/** Longest pause that a change of the sampling period may cause, ms: shorter than a stall by default. Beyond it, at about 150 MiB of heap, the period stays. */
export const PROFILER_RESTART_MS_MAX = 240;
/** Growth of memory outside all heaps after which a profiler is made anew, bytes. */
export const PROFILER_GROWTH_BYTES = 8 * 1024 * 1024;
/** A console.profile of the host's that is not ended for so long, ms, is ended in pitot's session by making the profiler anew: its samples grow. */
export const FOREIGN_PROFILE_MS_MAX = 600_000;
/** A profiler that does not answer for so long although its thread's loop turns is replaced, ms. */
export const PROFILER_WEDGED_MS = 10_000;
/** Application threads sampled at once: each has a sampling thread of its own in V8. */
export const PROFILED_THREADS_MAX = 32;
/** Segments of a thread's profile kept for a stall that began before the newest rotation: half a minute and more. */
export const HISTORY_SEGMENTS = 16;
/** Period of the stall watchdog's polls, ms: a quarter of the limit, within these; twice that, up to the highest, while every loop turns. */
export const STALL_POLL_MS_MIN = 25;
export const STALL_POLL_MS_MAX = 250;
/** How long a stall's line waits for the thread's samples, ms: a thread in native code cannot hand them over. */
export const EVIDENCE_WAIT_MS = 150;
/** The same for its last line, ms: the thread turns again and will answer, on a crowded machine late. Not waited for when the process ends. */
export const LAST_EVIDENCE_WAIT_MS = 2000;
/** How long the close of a window waits for the threads' samples, ms: those of a thread in native code come with the next window. */
export const WINDOW_ROTATE_WAIT_MS = 200;
/** How long the heavy pool's worker stays without work, ms: canvas alone holds 26 MB. */
export const HEAVY_IDLE_MS = 5000;
/** Drawings that may wait; more are refused and counted. */
export const HEAVY_QUEUE_MAX = 20;
/** Stalls of a run that its page shows: the longest. */
export const STALLS_OF_RUN_MAX = 200;
/** Bytes of a heap snapshot read at once: fits the second-level cache, and 200 reads of 200 MB cost 10 ms. */
export const HEAP_READ_BYTES = 1024 * 1024;
/** Bytes of a snapshot's head, which names its fields: V8 writes 1 to 2 KB. */
export const HEAP_HEAD_BYTES_MAX = 256 * 1024;
/** Memory that an analysis takes at its peak, bytes a node and an edge, dominators included; measured in bench/heap-parser. */
export const HEAP_MEMORY_NODE_BYTES = 80;
export const HEAP_MEMORY_EDGE_BYTES = 13;
/** The same of a string beside its offset: two tables by its index, of 4 bytes and of one. */
export const HEAP_MEMORY_STRING_BYTES = 5;
/** Of a location: four numbers and its place in the order. */
export const HEAP_MEMORY_LOCATION_BYTES = 20;
/** Of a name of a weak map's pair: an index in a list that grows. */
export const HEAP_MEMORY_PAIR_BYTES = 24;
/** Of a class: its key, figures and place. */
export const HEAP_MEMORY_CLASS_BYTES = 160;
/** Of a name that is kept, beside two bytes a character: the string's head, its entry in a map and a row of figures. */
export const HEAP_MEMORY_NAME_BYTES = 240;
/** Nodes of 4 GiB and more, which stand outside the columns: buffers, of which 1000 are more than any machine has. */
export const HEAP_HUGE_NODES_MAX = 1000;
/** Parts of a snapshot's file: V8 writes nine. */
export const HEAP_PARTS_MAX = 64;
/** Characters of a string of a snapshot that are shown; names are shorter, contents are nobody's business. */
export const HEAP_STRING_CHARS_MAX = 1000;
/** Strings of a snapshot kept at a time, so that a name is read from the file once. */
export const HEAP_STRINGS_KEPT_MAX = 20_000;
/** Constructors that an analysis tells of: those beyond it retain next to nothing. */
export const HEAP_CONSTRUCTORS_MAX = 200;
/** Candidates of each kind whose way to the root is looked at: the leak is among the heaviest, or it is too early to tell. */
export const HEAP_CANDIDATES_MAX = 20;
/** Members of an accumulation that are looked into for what they accumulate themselves: more are a kind that is many, whatever each holds. */
export const HEAP_NESTED_MEMBERS_MAX = 10_000;
/** Suspects that are told: who names more names none. */
export const HEAP_SUSPECTS_MAX = 3;
/** Heap of the process that analyses a snapshot, MiB: columns lie outside of it, and what is left are names and rows. */
export const HEAP_ANALYSIS_HEAP_MIB = 256;
/** Longest time of an analysis in a process of its own, ms: 2 GB take 20 s, ten times that on a crowded machine. */
export const HEAP_ANALYSIS_MS_MAX = 300_000;
/** Lines of a way to the root: a screen. */
export const HEAP_PATH_LINES_MAX = 24;
/** Age of CPU samples at which they are joined with spans while a window lasts, ms: asynchronous spans up to this length are known. */
export const JOIN_DELAY_MS = 10_000;
/** Stretches of samples that wait to be joined, while the thread is blocked. */
export const JOIN_PENDING_MAX = 64;
/** Bytes of stalls.ndjson; when it is larger it becomes stalls.1.ndjson, and a new one begins. About 20 000 stalls in the two. */
export const STALLS_BYTES_MAX = 8 * 1024 * 1024;
/** Samples of one stall that are kept: 10 minutes of them. Beyond it every other one goes, and each stands for twice the time. */
export const STALL_SAMPLES_MAX = 60_000;
/** Slowest commands of a window, and of a run, that are kept with their trace ids: a screen of them. */
export const EXEMPLARS_MAX = 20;
/** Sentences of evidence that an alert carries: more are not read at three in the morning. */
export const EVIDENCE_MAX = 8;
/** How long an action of an alert may take where it names no time of its own, ms: an answer of a loaded machine, and no more of the others' time. */
export const ACTION_MS_MAX = 10_000;
/** The same for a flame, whose segments wait for a rotation of threads that may be in native code, ms. */
export const FLAME_ACTION_MS_MAX = 30_000;
/** How long after its refusal an action is tried again while its alert fires, ms, divided by the time scale: memory and disk come and go within minutes. */
export const ACTION_RETRY_MS = 600_000;
/** Heavy actions (heap profile, heap snapshot, commands) of all alerts that run or wait: at 30 s each the last one begins within 5 minutes. */
export const HEAVY_ACTIONS_MAX = 10;
/** Flames of alerts that are taken at the same time: each merges the profiles of all threads on the agent thread. */
export const FLAMES_AT_ONCE_MAX = 10;
/** Pairs of rule and action whose runs are kept, and runs of each: 200 rules with five actions; a limit that allows more runs counts no more. */
export const ACTION_LIMITS_MAX = 1000;
export const ACTION_RUNS_MAX = 100;
/**
 * Alerts whose sinks are known, and series with their sink whose notifications are counted, kept across restarts: those of twenty rules that hold for
 * everything, some 1 MB of state. An alert beyond it is taken for one that all its sinks were told of; a series begins to count anew.
 */
export const NOTIFIED_ALERTS_MAX = 2000;
export const NOTIFIED_SERIES_MAX = 2000;
/** What an exit leaves of its wait for what comes after the sinks: leaving the queue, the log, the answer to the main thread, ms. */
export const EXIT_SINKS_MARGIN_MS = 50;
/** Threads of which an alert's flame writes a .cpuprofile each: main and the busiest; the drawing has them all. */
export const ALERT_FLAME_THREADS_MAX = 4;
/** Bytes between two samples of a heap profile: 0 to 1 % of the process's CPU (LEAKS); 64 KiB are up to 7 %. */
export const HEAP_SAMPLE_BYTES = 512 * 1024;
/** Length of a heap profile, ms, and the least that a time scale leaves of it: an allocating service makes hundreds of samples in it. */
export const HEAP_PROFILE_MS = 10_000;
export const HEAP_PROFILE_MS_MIN = 1000;
/** How long the thread's answer to a heap command is waited for, ms: it comes with a full collection, 1 s a GiB, and after whatever native code runs. */
export const HEAP_ANSWER_MS_MAX = 30_000;
/** Commands of a configuration. */
export const COMMANDS_MAX = 50;
/** Time-out of a command, ms: default and the highest. Beyond it, its process group has the grace to end before it is killed. */
export const COMMAND_MS = 10_000;
export const COMMAND_MS_MAX = 600_000;
export const COMMAND_GRACE_MS = 1000;
/** Output of a command that is kept, bytes: enough for the line that says why it failed. The rest is read and thrown away. */
export const COMMAND_OUTPUT_BYTES_MAX = 4096;
/** Bytes of the alert in a command's environment: Linux takes 128 KiB a variable. */
export const COMMAND_ALERT_BYTES_MAX = 64 * 1024;
/** Bytes of alerts.ndjson; when it is larger it becomes alerts.1.ndjson, and a new one begins. About 10 000 transitions in the two. */
export const ALERTS_BYTES_MAX = 8 * 1024 * 1024;
/** Bytes of one such file: state of 200 rules is under 1 MB. A larger one is not read. */
export const STATE_BYTES_MAX = 16 * 1024 * 1024;
/** State that no living process has written for so long is removed, ms: baselines of a week ago say nothing of today. */
export const STATE_AGE_MS_MAX = 7 * 86_400_000;
/** A process of another host (a container beside this one) that has not written its state for so long is gone, ms: five of its windows. */
export const FOREIGN_STATE_MS = 300_000;
/** Types of commands told apart: a service has dozens. Each takes a path, and two more where streams and events a command are recorded. */
export const COMMAND_TYPES_MAX = 200;
/** Projections told apart: each takes four counters and four gauges. */
export const PROJECTIONS_MAX = 100;
/** Connection pools told apart. */
export const POOLS_MAX = 20;
/** Kinds of errors told apart in one list: more than a person reads; a kind made of a message must not grow memory. */
export const ERROR_KINDS_MAX = 50;
/** Streams whose operations are counted by name, a thread: a screen of them. A counter is never given back. */
export const STREAMS_NAMED_MAX = 20;
/** Streams that the search for the busiest holds, a thread: finds each that has 1 % of the operations (1/256 and more are certain). 5 KB and the names. */
export const STREAM_SKETCH_SLOTS = 256;
/** Operations, and share of all operations, from which on a stream is named: below it is not one of the busiest, or too little is known. */
export const STREAM_PROMOTION_OPERATIONS = 32;
export const STREAM_PROMOTION_SHARE = 0.01;
/** Operations after which older ones weigh half in that search: what is busy now is named, not what was in a distant past. */
export const STREAM_AGEING_OPERATIONS = 65_536;
/** Writes of which one event is serialised to know its size: 1 in 64 keeps 10 µs of JSON at 0.2 µs a write. */
export const EVENT_BYTES_WRITES = 64;
/** Rules judged: the goal of 5 ms an evaluation is measured with 200 of them. */
export const RULES_MAX = 500;
/** Conditions a rule, those in any and all counted one by one: which of them hold is a bit each. */
export const RULE_CONDITIONS_MAX = 30;
/** Series whose history one condition keeps. Further series are not judged by it, and the rule's status says so. */
export const RULE_SERIES_MAX = 500;
/** The same over all rules: 30 MB at a full history each, 1.5 KB. */
export const RULE_HISTORIES_MAX = 20_000;
/** Pending and firing alerts a rule: one that is wrong everywhere is one problem, and each alert may be a message to a person. */
export const RULE_ALERTS_MAX = 100;
/** Windows of a baseline's history. When full, every other one goes and from then on only every other window is kept. */
export const BASELINE_POINTS_MAX = 120;
/** Windows a baseline needs before it is called one, whatever its minimum age. */
export const BASELINE_POINTS_MIN = 5;
/** Points of a trend: 1 770 pairs, 0.1 ms. */
export const TREND_POINTS_MAX = 60;
/** Points of a trend over several days, compared at the same hour only: one an hour and more, and so several for each hour. */
export const TREND_SEASON_POINTS_MAX = 240;
/** Points a trend needs: with fewer, the confidence interval of Sen's method is not worth its name. */
export const TREND_POINTS_MIN = 10;
/** Points of all histories that are saved for a restart: 1 250 full ones, 1.8 MB of JSON. */
export const RULE_SAVED_POINTS_MAX = 150_000;
/** A series without data for so long, ms, is forgotten, with its alert. */
export const RULE_FORGET_MS = 86_400_000;
/** Part of a window (or step) by which timers may come early and a duration still counts as passed: else 119.98 s would cost a whole window more. */
export const RULE_TIMER_SLACK_RATIO = 0.05;
/** Windows without any figures, as while the process was down, after which what was pending is not any more. */
export const RULE_GAP_WINDOWS = 3;
/** Of the usual distance of two figures, by which they may be late and all of the time counts as observed. After more, as when the process was stopped, one usual distance does. */
export const RULE_SPACING_RATIO_MAX = 1.5;
/** For so long at least, ms, the calls of windows are added up until there are enough to judge: a window of the default length is one look. */
export const RULE_LOOKBACK_MS_MIN = 60_000;
/** For so many times a rule's `for`, and so long at least, ms, silence leaves pending what one call can show: two failures that lie further apart are no outage. */
export const RULE_SILENCE_RATIO = 10;
export const RULE_SILENCE_MS_MIN = 300_000;
/** Parts that such a sum is kept in: the oldest leaves it as a whole, so that it is exact to a sixteenth of its time. */
export const RULE_SUM_PARTS = 16;
/** After its start, ms, for which a process' growth is not learnt: modules, compiled code and caches fill memory, however fast the scale of time makes the hours. */
export const TREND_WARM_UP_MS = 15_000;
/** Age at which a thread's list of slowest commands begins anew at the latest, ms: the window's default length. */
export const EXEMPLARS_HOST_MS = 60_000;
/** Exemplars a thread hands over as they come within that time, 20 µs each. Beyond it a command must be a tenth slower than the list's quickest: load that slows down steadily would send every command. */
export const EXEMPLAR_POSTS_MAX = 200;
/** Bytes of random numbers drawn at once for trace and span ids: 170 traces; one draw costs 1 µs and more. */
export const TRACE_RANDOM_BYTES = 4096;
/** Stream ids a command's span carries, and their length, characters; the number of all is an attribute of its own. */
export const SPAN_STREAMS_MAX = 32;
export const STREAM_ID_CHARS_MAX = 200;
/** W3C Trace Context: members of a tracestate, and its length, characters, that is always propagated. */
export const TRACE_STATE_MEMBERS_MAX = 32;
export const TRACE_STATE_CHARS_MAX = 512;
/** Health checks, and collectors, a process: each is a call a round, and a check is a gauge and a path. */
export const HEALTH_CHECKS_MAX = 100;
export const COLLECTORS_MAX = 100;
/** Longest time a health check, and a collector, may be given, ms. */
export const HEALTH_TIMEOUT_MS_MAX = 600_000;
/** Time a health check has by default, and every collector, ms. */
export const HEALTH_TIMEOUT_MS = 5000;
/** Shortest and longest distance of the monitoring service's rounds, ms: setInterval takes 2^31 - 1 at the most. */
export const MONITORING_INTERVAL_MS_MIN = 10;
export const MONITORING_INTERVAL_MS_MAX = 86_400_000;
/** Text of an error that goes into a log line or a health check's result, characters; its stack. */
export const ERROR_CHARS_MAX = 500;
export const ERROR_STACK_CHARS_MAX = 4000;
/** Bytes of log lines that may wait for a slow reader of stdout, or a slow disk; beyond it lines are dropped and counted. */
export const LOG_WAITING_BYTES_MAX = 4 * 1024 * 1024;
/** Alerts of a run that its page shows: the newest. */
export const ALERTS_OF_RUN_MAX = 200;
/** Period at which short rules are judged, ms, divided by the time scale; never shorter than the other. */
export const STEP_MS = 10_000;
export const STEP_MS_MIN = 100;
/** Time that the flame graph of an alert shows, ms: the newest stretches of samples that reach past it. */
export const ALERT_FLAME_MS = 30_000;
/** Period at which what the process keeps open is counted, ms: 50 ns a resource on the main thread, 16 µs for 100 descriptors. */
export const HANDLES_MS = 10_000;
/** Levels of a class of memory that the leak detector keeps: three hours and a half of cells of 30 s; a day of cells of ten minutes. 9 KB. */
export const LEVEL_CELLS_MAX = 420;
export const LEVEL_COARSE_CELLS_MAX = 144;
/** Samples of one heap profile whose ages are judged: 2 GB of live heap at 512 KB a sample; of more, one in so many. 72 KB. */
export const AGE_SAMPLES_MAX = 4096;
/** Functions of one heap profile that are told apart. */
export const AGE_FUNCTIONS_MAX = 2000;
/** Heap profiles that are kept to see who dies between them. */
export const AGE_CAPTURES_MAX = 6;
/** Functions whose objects were seen to die. */
export const AGE_LIFETIMES_MAX = 500;
/** Named counters of handles whose growth is watched. */
export const LEAK_HANDLES_MAX = 32;
