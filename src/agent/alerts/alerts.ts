// Everything of alerts in the agent thread, put together: figures from its samplers, the monitor, actions, sinks, state on disk. Loaded once the agent runs.
import { dirname, join } from 'node:path';
import type { Alert } from '../../core/alert-types.js';
import { machineMs, wallMs } from '../../core/clock.js';
import { REQUEST_POLL_MS } from '../../core/evidence-limits.js';
import { LEAK_POINT_MS } from '../../core/leak-limits.js';
import { SAMPLE_MS, STEP_MS, STEP_MS_MIN } from '../../core/limits.js';
import type { Figures, GaugeFigures } from '../../diagnose/figures.js';
import type { Definition } from '../../memory/definition-log.js';
import type { WindowMemory } from '../../memory/window-memory.js';
import type { AlertLine } from '../../report/alerts-log.js';
import type { Judgement } from '../../report/judgement.js';
import type { CountedFigures } from '../../report/window-figures.js';
import { ActionRunner } from '../actions/action-runner.js';
import { type LocalActionSources, type LocalActions, localActions } from '../actions/local-actions.js';
import { loadState, saveState } from '../alert-state-file.js';
import type { HeapSnapshotOptions } from '../evidence/heap-snapshot-action.js';
import { SnapshotRequests } from '../evidence/snapshot-requests.js';
import type { Leaks } from '../leaks/start-leaks.js';
import { AlertMonitor } from './alert-monitor.js';
import type { AlertSinks } from './alert-sinks.js';
import type { LoadedAlerts } from './load-alerts.js';
import { RuntimeFigureReader, type RuntimeSources } from './runtime-figures.js';
import { StepCounts } from './step-counts.js';

export interface AlertsOptions {
  loaded: LoadedAlerts;
  /** null: there are no sinks, and HTTP and TLS, which are 1.2 MB, need not be loaded. */
  Sinks: typeof AlertSinks | null;
  directory: string;
  service: string;
  timeScale: number;
  windowMs: number;
  mainTid: number;
  heap: Pick<HeapSnapshotOptions, 'automatic' | 'redact' | 'pauseMsMax' | 'retainBytes'>;
}

export interface AlertsSources extends RuntimeSources {
  /** The open window, its number, and what is defined by now. */
  open(): { window: WindowMemory; seq: number; totals: Float64Array; paths: readonly Definition[]; counters: readonly Definition[] };
  gauges(): GaugeFigures[];
  leaks: Leaks;
  /** Ids of the application threads that live, as gauges of worker threads carry them. */
  threads(): string[];
  actions: Omit<LocalActionSources, 'nowMs' | 'monotonicMs'>;
  onAlert(line: AlertLine): void;
  onFault(code: string, message: string): void;
}

/** The default rule whose actions gather evidence of a leak. */
const LEAK_RULE = 'memory leak';
/** Under PITOT_DIR: hidden, and no run directory. */
const QUEUE_DIRECTORY = '.alerts';

export class Alerts {
  readonly stepMs: number;
  /** Heap snapshots on demand. */
  readonly snapshots: SnapshotRequests;
  private readonly sources: AlertsSources;
  private readonly monitor: AlertMonitor;
  private readonly runner: ActionRunner;
  private readonly local: LocalActions;
  private readonly sinks: AlertSinks | null;
  private readonly counts = new StepCounts();
  private readonly stepRuntime: RuntimeFigureReader;
  private readonly windowRuntime: RuntimeFigureReader;
  private steppedMs = machineMs();
  private readonly windowMs: number;
  private readonly lookMs: number;
  private judgedAtMs = machineMs();

  constructor(options: AlertsOptions, sources: AlertsSources) {
    const { loaded, directory, service, timeScale, windowMs, mainTid } = options;
    const { onFault } = sources;
    this.sources = sources;
    this.windowMs = windowMs;
    this.stepMs = Math.max(STEP_MS_MIN, STEP_MS / timeScale);
    this.lookMs = Math.max(SAMPLE_MS, LEAK_POINT_MS / timeScale);
    for (const mistake of loaded.mistakes) onFault('ALERTS_CONFIG', mistake);
    const base = dirname(directory);
    const saved = (loadState(directory, service, { nowMs: wallMs(), onFault }) ?? {}) as { monitor?: unknown; actions?: unknown; sinks?: unknown };
    this.local = localActions(
      { directory, baseDirectory: base, service, pid: process.pid, timeScale, commands: loaded.commands, ...options.heap },
      { ...sources.actions, nowMs: wallMs, monotonicMs: machineMs },
    );
    this.snapshots = new SnapshotRequests(directory, this.local.snapshots, wallMs);
    this.runner = new ActionRunner({ timeScale, saved: saved.actions }, { actions: this.local.actions, nowMs: wallMs });
    this.sinks = options.Sinks === null ? null : this.openSinks(options.Sinks, options, saved.sinks);
    this.monitor = new AlertMonitor(
      { loaded, directory, timeScale, windowMs, stepMs: this.stepMs, saved: saved.monitor },
      {
        act: (alert, rule, onLines) =>
          this.runner.run(
            alert,
            rule.actions.filter((name) => !loaded.sinks.has(name)),
            rule.limits,
            onLines,
          ),
        takeDue: ({ id }) => this.runner.takeDue(id),
        send: (alert) => this.sinks?.send(alert),
        sendAgain: (alert) => {
          sources.actions.log('info', { alert: alert.id, rule: alert.rule, evidence: alert.evidence }, `alert ${alert.rule}: ${alert.evidence[0]}`);
          this.sinks?.sendAgain(alert);
        },
        goesOn: (firing, holding) => this.sinks?.goOn(firing, holding),
        onAlert: sources.onAlert,
        save: (monitor) => this.save(directory, service, monitor),
        nowWallMs: wallMs,
        onFault,
      },
    );
    this.stepRuntime = new RuntimeFigureReader(mainTid, machineMs(), sources);
    this.windowRuntime = new RuntimeFigureReader(mainTid, machineMs(), sources);
  }

  /** What is to be called how often, ms. */
  get polls(): { everyMs: number; poll(): void }[] {
    return [
      { everyMs: this.stepMs, poll: () => this.step() },
      { everyMs: this.lookMs, poll: () => this.sources.leaks.monitor.look() },
      { everyMs: REQUEST_POLL_MS, poll: () => void this.snapshots.poll() },
    ];
  }

  /** Judges what has happened since the step before. */
  step(): void {
    const { window, seq, totals, paths, counters } = this.sources.open();
    const nowMs = machineMs();
    const spanMs = nowMs - this.steppedMs;
    this.steppedMs = nowMs;
    // First: what waits is sent, even if judging should throw.
    this.sinks?.tick();
    const counts = this.counts.take(window, seq, paths, counters, totals);
    const figures: Figures = {
      kind: 'step',
      atMs: wallMs(),
      machineMs: nowMs,
      spanMs,
      ...counts,
      distributions: [],
      gauges: this.sources.gauges(),
      threads: this.sources.threads(),
      leaks: this.sources.leaks.monitor.sentences(),
      runtime: this.stepRuntime.read(nowMs),
    };
    this.monitor.step(figures);
    const named = this.sources.leaks.monitor.takeNamed();
    if (named.length > 0) this.monitor.leakNamed(named, figures);
    this.sinks?.tick();
    const aboutLeaks = this.monitor.firing.filter(({ rule }) => rule === LEAK_RULE);
    this.sources.leaks.monitor.noteFiles(aboutLeaks.flatMap(({ actions }) => actions.filter((text) => text.startsWith('heap-'))));
  }

  /** Before the open window is closed. */
  closeWindow(): void {
    const { window, seq } = this.sources.open();
    this.counts.closeWindow(window, seq);
  }

  /** Judges the window that is open, as it cannot be closed: a disk is full. An interval at a time. */
  judgeOpen(counted: CountedFigures): void {
    if (machineMs() - this.judgedAtMs >= this.windowMs) this.judge(counted);
  }

  /** Judges a window that has just been closed. */
  judge({ gcCount, gcTotalMs, gcPauseMaxMs, ...counted }: CountedFigures): Omit<Judgement, 'exemplars'> {
    this.judgedAtMs = machineMs();
    const none = gcCount === 0;
    const gc = { gcCount, gcPauseMeanMs: none ? Number.NaN : gcTotalMs / gcCount, gcPauseMaxMs: none ? Number.NaN : gcPauseMaxMs };
    const runtime = { ...this.windowRuntime.read(machineMs()), ...gc };
    const judged = this.monitor.judge({
      kind: 'window',
      ...counted,
      gauges: this.sources.gauges(),
      threads: this.sources.threads(),
      leaks: this.sources.leaks.monitor.sentences(),
      runtime,
    });
    this.sinks?.judged();
    return { ...judged, leaks: this.sources.leaks.monitor.leaks() };
  }

  get alertsOfRun(): Alert[] {
    return this.monitor.alertsOfRun;
  }

  /** The process ends. @param waitMs how long it waits for its end. */
  beginEnd(waitMs: number): void {
    // Lines to the main thread first: main does not wait for ever, and Node says so on the user's terminal when one is left.
    this.sources.leaks.end();
    this.local.close();
    try {
      this.sinks?.beginEnd(waitMs);
    } catch (error) {
      this.sources.onFault('ALERTS_END', (error as Error).message);
    }
  }

  /** Before the process ends, when its last window has been judged. */
  async end(): Promise<void> {
    this.sources.leaks.end();
    this.monitor.save();
    await this.sinks?.end();
    this.local.close();
    this.stepRuntime.close();
    this.windowRuntime.close();
  }

  private openSinks(
    Sinks: typeof AlertSinks,
    { loaded: { rules, sinks }, directory, service, timeScale }: AlertsOptions,
    saved: unknown,
  ): AlertSinks {
    return new Sinks(
      { rules, sinks, timeScale, saved, directory: join(dirname(directory), QUEUE_DIRECTORY, service), service },
      {
        delivered: (alertId, sink, text) => this.monitor.delivered(alertId, sink, text),
        firing: () => this.monitor.firing,
        save: () => this.monitor.save(),
        onFault: this.sources.onFault,
      },
    );
  }

  private save(directory: string, service: string, monitor: unknown): void {
    try {
      saveState(directory, service, { monitor, actions: this.runner.save(), sinks: this.sinks?.save() }, { nowMs: wallMs() });
    } catch (error) {
      this.sources.onFault('ALERT_STATE', (error as Error).message);
    }
  }
}
