// Page script: figures as text, the same as core/units and figures.ts print them (a test compares them).
export const formatScript = `
function round3(value) {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

function formatNs(ns) {
  if (!Number.isFinite(ns)) return '–';
  if (ns < 1e3) return round3(ns) + ' ns';
  if (ns < 1e6) return round3(ns / 1e3) + ' µs';
  if (ns < 1e9) return round3(ns / 1e6) + ' ms';
  return round3(ns / 1e9) + ' s';
}

function formatBytes(bytes) {
  if (!Number.isFinite(bytes)) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (Math.abs(bytes) >= 1024 && unit < units.length - 1) {
    bytes /= 1024;
    unit++;
  }
  return round3(bytes) + ' ' + units[unit];
}

// Made once: toLocaleString makes one at every call, which takes longer than a row takes to draw.
const wholeFormat = new Intl.NumberFormat('en-US');
const oneDecimal = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const twoDecimals = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const formatCount = (count) => wholeFormat.format(Math.round(count));

function significant(value) {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

function formatRatio(ratio) {
  const percent = ratio * 100;
  if (percent !== 0 && Math.abs(percent) < 0.01) return '< 0.01 %';
  return (Math.abs(percent) < 10 ? twoDecimals : oneDecimal).format(percent) + ' %';
}

/** A share in a column: one decimal always, so that they line up. */
const formatShare = (ratio) => (ratio > 0 && ratio < 0.0005 ? '< 0.1 %' : (ratio * 100).toFixed(1) + ' %');

/** The figure of a round axis mark: no decimals that say nothing, \`1 ms\` for \`1.00 ms\`. */
const trimmed = (text) => text.replace(/\\.0+(?= |$)/, '');

/** The way a distribution's unit wants its values: sizes and durations scale, every other unit is left as it is. */
function formatterOf(unit) {
  if (['By', 'B', 'byte', 'bytes'].includes(unit)) return formatBytes;
  const ns = { ns: 1, us: 1e3, 'µs': 1e3, ms: 1e6, s: 1e9 }[unit];
  if (ns !== undefined) return (value) => formatNs(value * ns);
  return significant;
}

const formatClock = (atMs) => new Date(atMs).toISOString().slice(11, 19);
`;
