// The metrics of an event-sourced service in its own words: commands, event store, projections, system, errors.
import type { Instruments } from '../host/instruments.js';
import { processHost } from '../host/process-host.js';
import { CommandMetrics } from './command-metrics.js';
import { ErrorMetrics } from './error-metrics.js';
import { EventStoreMetrics } from './event-store-metrics.js';
import { ProjectionMetrics } from './projection-metrics.js';
import { StoreHead } from './store-head.js';
import { SystemMetrics } from './system-metrics.js';

/**
 * The entry to all instruments of an event-sourced service, under the names that KPIs and rules read. Costs next to nothing to make; all registries of
 * a thread share the same instruments. Without the agent each call is a no-op. On worker threads it works as on main: counts add up, gauges are the thread's.
 */
export class MetricsRegistry {
  private readonly parts: Parts;

  /** @param instruments @internal The thread's own unless a test brings others. */
  constructor(instruments: Instruments = processHost().thread.instruments) {
    this.parts = partsOf(instruments);
  }

  get commands(): CommandMetrics {
    return this.parts.commands;
  }

  get eventStore(): EventStoreMetrics {
    return this.parts.eventStore;
  }

  get projections(): ProjectionMetrics {
    return this.parts.projections;
  }

  get system(): SystemMetrics {
    return this.parts.system;
  }

  get errors(): ErrorMetrics {
    return this.parts.errors;
  }
}

/** Each family is made when it is first asked for: a service without projections has no instruments of theirs. */
class Parts {
  private readonly instruments: Instruments;
  private readonly head: StoreHead;
  private made: {
    commands?: CommandMetrics;
    eventStore?: EventStoreMetrics;
    projections?: ProjectionMetrics;
    system?: SystemMetrics;
    errors?: ErrorMetrics;
  } = {};

  constructor(instruments: Instruments) {
    this.instruments = instruments;
    this.head = new StoreHead(instruments);
  }

  get commands(): CommandMetrics {
    return (this.made.commands ??= new CommandMetrics(this.instruments));
  }

  get eventStore(): EventStoreMetrics {
    return (this.made.eventStore ??= new EventStoreMetrics(this.instruments, this.head));
  }

  get projections(): ProjectionMetrics {
    return (this.made.projections ??= new ProjectionMetrics(this.instruments, this.head));
  }

  get system(): SystemMetrics {
    return (this.made.system ??= new SystemMetrics(this.instruments));
  }

  get errors(): ErrorMetrics {
    return (this.made.errors ??= new ErrorMetrics(this.instruments));
  }
}

/** Counts of what is under way belong to the thread, not to a registry: two that each count from zero would overwrite one another's gauge. */
const partsByInstruments = new WeakMap<Instruments, Parts>();

function partsOf(instruments: Instruments): Parts {
  let parts = partsByInstruments.get(instruments);
  if (parts === undefined) partsByInstruments.set(instruments, (parts = new Parts(instruments)));
  return parts;
}
