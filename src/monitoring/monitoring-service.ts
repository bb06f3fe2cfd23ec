// The service that monitors its process: every round it collects, checks health and logs. Judging and alerting are the agent's; this feeds it.
import { isMainThread } from 'node:worker_threads';
import { isStrict, type Options, resolveConfig } from '../config/resolve.js';
import { monotonicMs } from '../core/clock.js';
import { PitotError, show } from '../core/errors.js';
import { COLLECTORS_MAX, HEALTH_TIMEOUT_MS, MONITORING_INTERVAL_MS_MAX, MONITORING_INTERVAL_MS_MIN } from '../core/limits.js';
import { notice } from '../host/agent-thread.js';
import { processHost } from '../host/process-host.js';
import type { Alert } from '../report/report-types.js';
import { type HealthCheck, type HealthChecks, type HealthOptions, type HealthStatus, healthChecks } from './health-checks.js';
import { type HealthMetrics, type HealthMonitorLogger, loggers } from './loggers.js';
import { messageOf } from './mask-secrets.js';
import { tellFault, tellWaitingFaults } from './tell-fault.js';
import { TimedCall } from './timed-call.js';

/** Brings gauges up to date, a pool's say. HealthMetrics that it returns, or resolves with, go into the round's log line: figures that are not known here. */
export type Collector = (given: { signal: AbortSignal }) => unknown;

export interface MonitoringOptions {
  /** Distance of rounds, ms, 10 to 86 400 000; default 60 000. The first is made at the start. */
  intervalMs?: number;
  /** Options of the agent, where `start` starts it: as those of `start` of `pitot`. */
  agent?: Options;
  /** Default `loggers.healthMonitor()`, made at the start. null: nothing is logged. */
  logger?: HealthMonitorLogger | null;
  /** Default the process's own, which `health` registers with. */
  checks?: HealthChecks;
}

const INTERVAL_MS = 60_000;

/** Keeps no process alive; nothing that a collector or a check does reaches the caller. */
export class MonitoringService {
  private readonly intervalMs: number;
  private readonly options: MonitoringOptions;
  private readonly checks: HealthChecks;
  private readonly collectors = new Map<string, TimedCall>();
  private readonly unhealthy = new Set<string>();
  private logger: HealthMonitorLogger | null = null;
  private timer: NodeJS.Timeout | null = null;
  private removeListener: () => void = () => {};
  private unwatch: () => void = () => {};
  private startedAgent = false;
  private running: Promise<void> | null = null;
  private last = { atMs: monotonicMs(), cpuUs: cpuUs() };

  /** @throws PitotError when intervalMs is out of range. */
  constructor(options: MonitoringOptions = {}) {
    const { intervalMs = INTERVAL_MS, checks = healthChecks } = options;
    if (typeof intervalMs !== 'number' || !(intervalMs >= MONITORING_INTERVAL_MS_MIN && intervalMs <= MONITORING_INTERVAL_MS_MAX)) {
      const allowed = `a number of ms from ${MONITORING_INTERVAL_MS_MIN} to ${MONITORING_INTERVAL_MS_MAX}`;
      throw misuse('intervalMs', allowed, show(intervalMs), `Leave it out for ${INTERVAL_MS}.`);
    }
    this.intervalMs = intervalMs;
    this.options = options;
    this.checks = checks;
  }

  /**
   * Calls fn each round before the checks; it has 5 s. One of the same name takes the other's place. Returns the removal.
   * @throws PitotError for a name that is no text, no function, and beyond 100 collectors.
   */
  collect(name: string, fn: Collector): () => void {
    if (typeof name !== 'string' || name === '') throw misuse('collector name', 'a text', show(name), 'Give each collector a name.');
    if (typeof fn !== 'function') throw misuse(`collector ${name}`, 'a function', show(fn), 'Give the function that collects.');
    if (this.collectors.size >= COLLECTORS_MAX && !this.collectors.has(name)) {
      throw misuse('collect', `at most ${COLLECTORS_MAX} collectors`, `one more, ${show(name)}`, 'Remove collectors with what collect returns.');
    }
    const call = new TimedCall(fn, HEALTH_TIMEOUT_MS);
    this.collectors.set(name, call);
    return () => {
      if (this.collectors.get(name) === call) this.collectors.delete(name);
    };
  }

  /** Registers a health check, for all services that share the registry. As `healthChecks.register`. */
  health(name: string, fn: HealthCheck, options?: HealthOptions): () => void {
    return this.checks.register(name, fn, options);
  }

  /** Last results of the checks. */
  status(): HealthStatus[] {
    return this.checks.status();
  }

  /**
   * Starts the rounds, and the agent where none runs: a plain script needs no preload. On a worker thread the rounds alone; the main thread has the agent.
   * A mistake in environment or configuration file is said on stderr and leaves the rounds without the agent.
   * @throws PitotError for a mistake in the options of the agent that were handed in, or for any with PITOT_STRICT=1.
   */
  start(): void {
    if (this.timer !== null) return;
    this.startedAgent = this.startAgent();
    this.logger = this.options.logger === undefined ? defaultLogger() : this.options.logger;
    this.removeListener = this.logger === null ? () => {} : processHost().on('alert', (line: never) => this.logAlert(line));
    this.last = { atMs: monotonicMs(), cpuUs: cpuUs() };
    this.unwatch = this.checks.watch();
    this.timer = setInterval(() => void this.round(), this.intervalMs).unref();
    void this.round();
  }

  /** Ends the rounds; one under way is not waited for. Health gauges say 1 once no service checks any more. Ends the agent, with its last report, when `start` started it. */
  async stop(): Promise<void> {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.removeListener();
    this.logger = null;
    const { running, unwatch, startedAgent } = this;
    this.startedAgent = false;
    if (startedAgent) await processHost().stop();
    // What is under way still sets gauges.
    if (running === null) unwatch();
    else void running.then(unwatch);
  }

  /** One round now. While one is under way no other begins: the promise is that one's. Never rejects. */
  round(): Promise<void> {
    this.running ??= this.makeRound()
      .catch((error) => tellFault('MONITORING_ROUND', messageOf(error)))
      .finally(() => {
        this.running = null;
      });
    return this.running;
  }

  private async makeRound(): Promise<void> {
    // Collectors and checks are called on a turn of their own, not within start().
    await null;
    tellWaitingFaults();
    const figures = await Promise.all([...this.collectors].map(([name, call]) => this.collectOne(name, call)));
    for (const status of await this.checks.runAll()) this.tell(status);
    this.logger?.logHealthMetrics(Object.assign(this.ownFigures(), ...figures));
  }

  private async collectOne(name: string, call: TimedCall): Promise<HealthMetrics> {
    const outcome = await call.make();
    if (outcome.kind === 'returned') return finiteFigures(outcome.value);
    const message =
      outcome.kind === 'failed'
        ? messageOf(outcome.error)
        : outcome.kind === 'timed-out'
          ? `timed out after ${HEALTH_TIMEOUT_MS} ms`
          : 'still running: an earlier call has not ended';
    this.logger?.collectorFailed({ collector: name, message });
    tellFault('COLLECTOR', `${name}: ${message}`);
    return {};
  }

  /** A check that says no does its work; one that throws or hangs is counted as a fault as well. */
  private tell({ check, state, cause, message, durationMs }: HealthStatus): void {
    if (state === 'unhealthy') {
      this.unhealthy.add(check);
      this.logger?.healthCheckFailed({ check, message, durationMs });
      if (cause !== 'returned-false') tellFault('HEALTH_CHECK', `${check}: ${message}`);
    } else if (this.unhealthy.delete(check)) this.logger?.healthCheckRecovered({ check, durationMs });
  }

  private ownFigures(): HealthMetrics {
    const now = { atMs: monotonicMs(), cpuUs: cpuUs() };
    const spanUs = (now.atMs - this.last.atMs) * 1000;
    const cpuPercent = spanUs > 0 ? ((now.cpuUs - this.last.cpuUs) / spanUs) * 100 : 0;
    this.last = now;
    return { memoryMb: round1(process.memoryUsage.rss() / 1e6), cpuPercent: round1(cpuPercent) };
  }

  /** Called from the channel's own event: a throw there would end the process. */
  private logAlert({ event, alert }: { event: string; alert: Alert }): void {
    // Neither is a change that somebody waits for: what was done about an alert, what more is known of it, and that a condition did not last.
    if (event === 'actions' || event === 'evidence' || event === 'inactive') return;
    try {
      const { rule, severity, state, threshold, value, labels } = alert;
      this.logger?.logPerformanceAlert({ alert: rule, severity, state, threshold, value, labels });
    } catch (error) {
      tellFault('LOG_WRITE', messageOf(error));
    }
  }

  private startAgent(): boolean {
    const host = processHost();
    if (!isMainThread || host.active) return false;
    const { agent } = this.options;
    // Alone first: a mistake in them is the programmer's, who is told at once.
    if (agent !== undefined) resolveConfig({ env: {}, code: agent });
    try {
      const { config, warnings } = resolveConfig({ env: process.env, code: agent });
      for (const warning of warnings) notice(warning);
      host.start(config);
    } catch (error) {
      if (isStrict({ env: process.env, code: agent })) throw error;
      notice(`not started: ${error instanceof PitotError ? `[${error.code}] ${error.message}` : messageOf(error)}`);
    }
    return host.active;
  }
}

const HEALTH_FIGURES = ['memoryMb', 'cpuPercent', 'poolUtilizationPercent', 'errorRatePercent'] as const;

/** Of what a collector returned, the figures that are numbers. */
function finiteFigures(value: unknown): HealthMetrics {
  const figures: HealthMetrics = {};
  if (value === null || typeof value !== 'object') return figures;
  try {
    for (const name of HEALTH_FIGURES) {
      const figure = (value as HealthMetrics)[name];
      if (Number.isFinite(figure)) figures[name] = figure;
    }
  } catch {
    // A getter of the application's that throws: the figures before it stand.
  }
  return figures;
}

/** Without pino the rounds go on unlogged. */
function defaultLogger(): HealthMonitorLogger | null {
  try {
    return loggers.healthMonitor();
  } catch (error) {
    tellFault('LOG_WRITE', messageOf(error));
    return null;
  }
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const round1 = (value: number): number => Math.round(value * 10) / 10;

const misuse = (option: string, allowed: string, received: string, remedy: string): PitotError =>
  new PitotError('API_MISUSE', { option, allowed, received, remedy });
