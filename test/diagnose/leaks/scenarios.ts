// Services whose memory leaks, and services whose memory only looks like it: what they allocate, for how long it lives, and how traffic goes.
import { autoregressive, type Random } from './noise.js';
import { type Birth, MIB, type Site, STEP_MINUTES } from './population.js';

const DAY_MINUTES = 1440;
/** Level of a service without its peculiarity, MiB. */
const BASE_MIB = 100;
const IN_FLIGHT_MIB = 8;
const IN_FLIGHT_MINUTES = 1.5;
/** Chosen so that the live size at collections 1.5 minutes apart has a standard deviation of 2 % of the base. */
const IN_FLIGHT_NOISE = 0.29;
const IN_FLIGHT_KEEPS = 0.8;

export interface Service {
  sites: Site[];
  /** 1 is normal. */
  traffic(minute: number): number;
  /** Garbage by normal; by default as traffic. */
  garbage?(minute: number): number;
  /** Minutes between full collections. */
  collectionMinutes: number;
  /** When the leak begins, minutes of uptime; undefined: it does not leak. */
  leaksFrom?: number;
}

export interface Scenario {
  name: string;
  isLeak: boolean;
  make(random: Random): Service;
}

type Traffic = (minute: number) => number;
const steady: Traffic = () => 1;
const once = (bytes: number, lifeMinutes = Number.POSITIVE_INFINITY): Birth[] => (bytes > 0 ? [{ bytes, lifeMinutes }] : []);

const boot = (mib: number): Site => ({ name: 'boot', births: (minute) => once(minute < 1 ? mib * MIB * STEP_MINUTES : 0) });

function inFlight(random: Random, traffic: Traffic, mib = IN_FLIGHT_MIB): Site {
  const noise = autoregressive(random, IN_FLIGHT_KEEPS);
  const perStep = (mib * MIB * STEP_MINUTES) / IN_FLIGHT_MINUTES;
  const scale = IN_FLIGHT_MIB / mib;
  return {
    name: 'handle',
    births: (minute) => once(perStep * traffic(minute) * Math.max(0.05, 1 + IN_FLIGHT_NOISE * scale * noise()), IN_FLIGHT_MINUTES),
  };
}

/** live: MiB at traffic 1, each for so long. */
const sessions = (liveMib: number, ttlMinutes: number, traffic: Traffic, name = 'openSession'): Site => ({
  name,
  births: (minute) => once(((liveMib * MIB) / ttlMinutes) * STEP_MINUTES * traffic(minute), ttlMinutes),
});

const service = (
  random: Random,
  own: Site[],
  options: { bootMib?: number; traffic?: Traffic; collectionMinutes?: number; leaksFrom?: number } = {},
): Service => {
  const traffic = options.traffic ?? steady;
  return {
    sites: [boot(options.bootMib ?? BASE_MIB - IN_FLIGHT_MIB), inFlight(random, traffic), ...own],
    traffic,
    collectionMinutes: options.collectionMinutes ?? 1.5,
    leaksFrom: options.leaksFrom,
  };
};

/** What one function makes: most of it lives for minutes, a fifth exponentially, with this mean; live at traffic 1, MiB. */
const mixed = (liveMib: number, meanMinutes: number, traffic: Traffic): Site => {
  const lives = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95].map((part) => -meanMinutes * Math.log(1 - part));
  const perStep = ((liveMib * MIB) / (0.8 * 1.5 + 0.2 * meanMinutes)) * STEP_MINUTES;
  return {
    name: 'handleOrder',
    births: (minute) => {
      const bytes = perStep * traffic(minute);
      return [...once(0.8 * bytes, 1.5), ...lives.flatMap((minutes) => once(0.02 * bytes, minutes))];
    },
  };
};

const diurnal = (random: Random, swing: number): Traffic => {
  const phase = random.between(0, DAY_MINUTES);
  return (minute) => 1 + swing * Math.sin((2 * Math.PI * (minute + phase)) / DAY_MINUTES);
};

const remember = (ratioPerHour: number, fromMinute: number, traffic: Traffic = steady, name = 'remember'): Site => ({
  name,
  births: (minute) => once(minute >= fromMinute ? ((ratioPerHour * BASE_MIB * MIB) / 60) * STEP_MINUTES * traffic(minute) : 0),
});

const warmUp = (mib: number, tauMinutes: number): Site => ({
  name: 'compile',
  births: (minute) => once(mib * MIB * (Math.exp(-minute / tauMinutes) - Math.exp(-(minute + STEP_MINUTES) / tauMinutes))),
});

const cache = (mib: number, fillMinutes: number): Site => ({
  name: 'remind',
  capBytes: mib * MIB,
  births: () => once(((mib * MIB) / fillMinutes) * STEP_MINUTES),
});

function sawtooth(random: Random, mib: number, periodMinutes: number): Site {
  const phase = random.between(0, periodMinutes);
  return {
    name: 'batch',
    births: (minute) => once(((mib * MIB) / periodMinutes) * STEP_MINUTES, periodMinutes - ((minute + phase) % periodMinutes)),
  };
}

const rampTraffic =
  (atMinute: number): Traffic =>
  (minute) =>
    1 + 2 * Math.min(1, Math.max(0, (minute - atMinute) / 120));

function burstTraffic(random: Random): Traffic {
  const bursts = Array.from({ length: 4 }, () => ({ from: random.between(60, DAY_MINUTES), minutes: random.between(10, 30) }));
  return (minute) => (bursts.some(({ from, minutes }) => minute >= from && minute < from + minutes) ? 4 : 1);
}

const calm = (name: string, make: Scenario['make']): Scenario => ({ name, isLeak: false, make });

export const CALM: readonly Scenario[] = [
  calm('flat', (random) => service(random, [])),
  ...[10, 30].map((tau) => calm(`warm-up +60 %, tau ${tau} min`, (random) => service(random, [warmUp(60, tau)]))),
  ...[15, 30, 120, 360].map((fill) => calm(`cache to +50 % in ${fill} min`, (random) => service(random, [cache(50, fill)]))),
  ...[20, 45, 80].map((period) => calm(`sawtooth +50 %, ${period} min`, (random) => service(random, [sawtooth(random, 50, period)]))),
  ...[20, 40].map((percent) =>
    calm(`day and night ±${percent} %`, (random) => {
      const traffic = diurnal(random, (0.8 * percent) / 40);
      return service(random, [sessions(50, 30, traffic)], { bootMib: 42, traffic });
    }),
  ),
  calm('ramp of traffic x3 in 2 h', (random) => {
    const traffic = rampTraffic(random.between(120, 900));
    return service(random, [sessions(20, 15, traffic)], { bootMib: 72, traffic });
  }),
  calm('ramp x3 in 2 h, sessions of 2 h', (random) => {
    const traffic = rampTraffic(random.between(240, 900));
    return service(random, [sessions(20, 120, traffic)], { bootMib: 72, traffic });
  }),
  calm('ramp x3 in 2 h, one function of work in flight and of objects that live for an hour or so', (random) => {
    const traffic = rampTraffic(random.between(240, 900));
    return service(random, [mixed(25, 60, traffic)], { bootMib: 67, traffic });
  }),
  calm('step +30 %', (random) => {
    const at = random.between(60, 900);
    return service(random, [{ name: 'load', births: (minute) => once(minute >= at && minute < at + 2 ? 30 * MIB * (STEP_MINUTES / 2) : 0) }]);
  }),
  calm('bursts of traffic x4', (random) => {
    const traffic = burstTraffic(random);
    return service(random, [sessions(15, 10, traffic)], { bootMib: 77, traffic });
  }),
  calm('bursts x4, sessions of 30 min', (random) => {
    const traffic = burstTraffic(random);
    return service(random, [sessions(15, 30, traffic)], { bootMib: 77, traffic });
  }),
  ...[30, 120].map((ttl) => calm(`sessions of ${ttl} min`, (random) => service(random, [sessions(50, ttl, steady)], { bootMib: 42 }))),
  ...[60, 150].map((tau) =>
    calm(`cache to +100 %, tau ${tau} min, of which only misses make garbage`, (random) => ({
      ...service(random, [warmUp(100, tau)]),
      garbage: (minute) => 0.2 + 0.8 * Math.exp(-minute / tau),
    })),
  ),
  calm('lazy collector, a collection in 12 min', (random) => {
    const traffic = burstTraffic(random);
    return service(random, [sessions(15, 10, traffic)], { bootMib: 77, traffic, collectionMinutes: 12 });
  }),
];

const PERCENTS = [100, 50, 20, 10];
const leak = (name: string, make: Scenario['make']): Scenario => ({ name, isLeak: true, make });

export const LEAKS: readonly Scenario[] = [
  ...[...PERCENTS, 5].map((percent) =>
    leak(`leak ${percent} %/h`, (random) => {
      const from = random.between(60, 240);
      return service(random, [remember(percent / 100, from)], { leaksFrom: from });
    }),
  ),
  ...PERCENTS.map((percent) =>
    leak(`leak ${percent} %/h since the start`, (random) => service(random, [remember(percent / 100, 0)], { leaksFrom: 0 })),
  ),
  ...[20, 10].map((percent) =>
    leak(`leak ${percent} %/h, day and night ±20 %`, (random) => {
      const traffic = diurnal(random, 0.4);
      const from = random.between(60, 240);
      return service(random, [sessions(50, 30, traffic), remember(percent / 100, from, traffic)], { bootMib: 42, traffic, leaksFrom: from });
    }),
  ),
  leak('leak 20 %/h in a function that also opens sessions', (random) => {
    const from = random.between(60, 240);
    return service(random, [sessions(15, 10, steady, 'handleRequest'), remember(0.2, from, steady, 'handleRequest')], {
      bootMib: 77,
      leaksFrom: from,
    });
  }),
  leak('leak 20 %/h in a function that also makes answers of 40 MiB, 1 min each', (random) => {
    const from = random.between(60, 240);
    return service(random, [sessions(40, 1, steady, 'answer'), remember(0.2, from, steady, 'answer')], { bootMib: 52, leaksFrom: from });
  }),
  leak('leak 40 %/h since the start in a function that also makes answers of 40 MiB, 1 min each', (random) =>
    service(random, [sessions(40, 1, steady, 'answer'), remember(0.4, 0, steady, 'answer')], { bootMib: 52, leaksFrom: 0 }),
  ),
  leak('leak 300 %/h since the start, of traffic that dies away, tau 40 min', (random) => {
    const traffic: Traffic = (minute) => 0.1 + 0.9 * Math.exp(-minute / 40);
    return service(random, [remember(3, 0, traffic)], { traffic, leaksFrom: 0 });
  }),
  leak('leak 20 %/h, a collection in 10 min', (random) => {
    const from = random.between(60, 240);
    return service(random, [remember(0.2, from)], { leaksFrom: from, collectionMinutes: 10 });
  }),
];
