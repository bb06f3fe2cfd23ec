// Everything of alerts in the agent thread, put together: figures from its samplers, the monitor, actions, sinks, state on disk. Loaded once the agent runs.
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Alert } from '../../core/alert-types.js';
import { machineMs, wallMs } from '../../core/clock.js';
import { STEP_MS, STEP_MS_MIN } from '../../core/limits.js';
import { VERSION } from '../../core/version.js';
import type { GaugeFigures } from '../../diagnose/figures.js';
import type { Rule } from '../../diagnose/rules/rule.js';
import type { Delivery } from '../../export/sinks/delivery-queue.js';
import type { Definition } from '../../memory/definition-log.js';
import type { WindowMemory } from '../../memory/window-memory.js';
import type { AlertLine } from '../../report/alerts-log.js';
import type { Judgement } from '../../report/judgement.js';
import type { CountedFigures } from '../../report/window-figures.js';
import { ActionRunner } from '../actions/action-runner.js';
import { type LocalActionSources, type LocalActions, localActions } from '../actions/local-actions.js';
import { loadState, saveState } from '../alert-state-file.js';
import { AlertMonitor } from './alert-monitor.js';
import type { LoadedAlerts } from './load-alerts.js';
import { RuntimeFigureReader, type RuntimeSources } from './runtime-figures.js';
import { StepCounts } from './step-counts.js';

export interface AlertsOptions {
  loaded: LoadedAlerts;
  /** null: there are no sinks, and HTTP and TLS, which are 1.2 MB, need not be loaded. */
  DeliveryTo: typeof Delivery | null;
  directory: string;
  service: string;
  timeScale: number;
  windowMs: number;
  mainTid: number;
}

export interface AlertsSources extends RuntimeSources {
  /** The open window, its number, and what is defined by now. */
  open(): { window: WindowMemory; seq: number; totals: Float64Array; paths: readonly Definition[]; counters: readonly Definition[] };
  gauges(): GaugeFigures[];
  /** Ids of the application threads that live, as gauges of worker threads carry them. */
  threads(): string[];
  actions: Omit<LocalActionSources, 'nowMs' | 'monotonicMs'>;
  onAlert(line: AlertLine): void;
  onFault(code: string, message: string): void;
}

/** Under PITOT_DIR: hidden, and no run directory. */
const QUEUE_DIRECTORY = '.alerts';
/** How long the end of a process waits for what is being sent, ms: it is on disk, and the next process of the service sends it. */
const SETTLE_MS = 150;

export class Alerts {
  readonly stepMs: number;
  private readonly sources: AlertsSources;
  private readonly monitor: AlertMonitor;
  private readonly runner: ActionRunner;
  private readonly local: LocalActions;
  private readonly delivery: Delivery | null;
  private readonly counts = new StepCounts();
  private readonly stepRuntime: RuntimeFigureReader;
  private readonly windowRuntime: RuntimeFigureReader;
  private steppedMs = machineMs();
  private readonly windowMs: number;
  private judgedAtMs = machineMs();

  constructor(options: AlertsOptions, sources: AlertsSources) {
    const { loaded, directory, service, timeScale, windowMs, mainTid } = options;
    const { onFault } = sources;
    this.sources = sources;
    this.windowMs = windowMs;
    this.stepMs = Math.max(STEP_MS_MIN, STEP_MS / timeScale);
    for (const mistake of loaded.mistakes) onFault('ALERTS_CONFIG', mistake);
    const base = dirname(directory);
    const saved = (loadState(directory, service, { nowMs: wallMs(), onFault }) ?? {}) as { monitor?: unknown; actions?: unknown };
    this.local = localActions(
      { directory, baseDirectory: base, service, pid: process.pid, timeScale, commands: loaded.commands },
      { ...sources.actions, nowMs: wallMs, monotonicMs: machineMs },
    );
    this.runner = new ActionRunner({ timeScale, saved: saved.actions }, { actions: this.local.actions, nowMs: wallMs });
    this.delivery = options.DeliveryTo === null ? null : this.openDelivery(options.DeliveryTo, base, service, loaded.sinks);
    const sinksOf = ({ actions }: Rule): string[] => actions.filter((name) => loaded.sinks.has(name));
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
        send: (alert, rule) => this.delivery?.enqueue(alert, sinksOf(rule)),
        goesOn: (firing, ruleOf) =>
          this.delivery?.repost(firing, wallMs(), (alert) => {
            const rule = ruleOf(alert);
            return rule === undefined ? [] : sinksOf(rule);
          }),
        onAlert: sources.onAlert,
        save: (monitor) => this.save(directory, service, monitor),
        nowWallMs: wallMs,
        onFault,
      },
    );
    this.stepRuntime = new RuntimeFigureReader(mainTid, machineMs(), sources);
    this.windowRuntime = new RuntimeFigureReader(mainTid, machineMs(), sources);
  }

  /** Judges what has happened since the step before. */
  step(): void {
    const { window, seq, totals, paths, counters } = this.sources.open();
    const nowMs = machineMs();
    const spanMs = nowMs - this.steppedMs;
    this.steppedMs = nowMs;
    // First: what waits is sent, even if judging should throw.
    this.delivery?.tick(wallMs());
    const counts = this.counts.take(window, seq, paths, counters, totals);
    this.monitor.step({
      kind: 'step',
      atMs: wallMs(),
      machineMs: nowMs,
      spanMs,
      ...counts,
      distributions: [],
      gauges: this.sources.gauges(),
      threads: this.sources.threads(),
      runtime: this.stepRuntime.read(nowMs),
    });
    this.delivery?.tick(wallMs());
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
    return this.monitor.judge({ kind: 'window', ...counted, gauges: this.sources.gauges(), threads: this.sources.threads(), runtime });
  }

  get alertsOfRun(): Alert[] {
    return this.monitor.alertsOfRun;
  }

  /** Before the process ends. */
  async end(): Promise<void> {
    this.monitor.save();
    await this.delivery?.settle(SETTLE_MS);
    this.delivery?.close();
    this.local.close();
    this.stepRuntime.close();
    this.windowRuntime.close();
  }

  private openDelivery(DeliveryTo: typeof Delivery, base: string, service: string, sinks: LoadedAlerts['sinks']): Delivery {
    const { onFault } = this.sources;
    const delivery = new DeliveryTo({
      directory: join(base, QUEUE_DIRECTORY, service),
      sinks,
      source: { service, host: hostname(), pid: process.pid, version: VERSION },
      onDropped: (count, reason) => onFault('ALERTS_DROPPED', `${count} notifications: ${reason}`),
      onTrouble: (message) => onFault('ALERTS_QUEUE', message),
    });
    delivery.onResult = (alertId, sink, { text }) => this.monitor.delivered(alertId, sink, text);
    return delivery;
  }

  private save(directory: string, service: string, monitor: unknown): void {
    try {
      saveState(directory, service, { monitor, actions: this.runner.save() }, { nowMs: wallMs() });
    } catch (error) {
      this.sources.onFault('ALERT_STATE', (error as Error).message);
    }
  }
}
