// Which timelines the picture shows, and where in a point their values are.
import { formatBytes, formatNs, msToNs } from '../../core/units.js';
import { significant } from '../../flame/draw/page/figures.js';
import type { RunSummary, TimelinePoint } from '../report-types.js';
import { residentLimit } from '../resident-limit.js';

export interface Series {
  name: string;
  kind: 'area' | 'line' | 'bars';
  of(point: TimelinePoint): number;
}

export interface Chart {
  title: string;
  format(value: number): string;
  /** Tops of the axis are round in powers of 1024. */
  isBytes: boolean;
  /** Drawn where it is within reach of the values, written in any case; 0 is none. */
  limit: number;
  limitText: string;
  series: Series[];
}

const UNLIMITED = { isBytes: false, limit: 0, limitText: '' };

export function timelineCharts({ runtime: { memory } }: RunSummary): Chart[] {
  return [
    { ...UNLIMITED, title: 'Event-loop delay', format: formatNs, series: [{ name: 'max', kind: 'area', of: (point) => point.loopDelayNsMax }] },
    {
      ...UNLIMITED,
      title: 'Garbage collection',
      format: formatNs,
      series: [
        { name: 'total', kind: 'bars', of: (point) => msToNs(point.gcTotalMs) },
        { name: 'longest', kind: 'line', of: (point) => point.gcPauseNsMax },
      ],
    },
    { ...UNLIMITED, title: 'CPU', format: significant, series: [{ name: 'cores', kind: 'area', of: (point) => point.cpuRatio }] },
    {
      title: 'Memory',
      format: formatBytes,
      isBytes: true,
      limit: residentLimit(memory),
      limitText: residentLimit(memory) > 0 ? formatBytes(residentLimit(memory)) : '',
      series: [
        { name: 'rss', kind: 'line', of: (point) => point.rssBytes },
        { name: 'heap used', kind: 'area', of: (point) => point.heapUsedBytes },
      ],
    },
  ];
}
