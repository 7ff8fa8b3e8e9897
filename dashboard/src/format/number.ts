const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const NONE = '–';

/** 12,345; a dash where there is no number. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? NONE : grouped.format(value);
}

/** 1.2 k, 3.45 M: three significant digits. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  for (const [size, unit] of [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ] as const)
    if (Math.abs(value) >= size * 0.9995) return `${digits(value / size)}${unit}`;
  return digits(value);
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

export function perSecond(value: number | null | undefined): string {
  return `${short(value)}/s`;
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  let unit = 0;
  let size = value;
  while (Math.abs(size) >= 1024 && unit < BYTE_UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 && Number.isInteger(size) ? size : digits(size)} ${BYTE_UNITS[unit]}`;
}

/** A share of 0..1 as per cent; small ones keep two significant digits: 0.1 %, 0.00043 %. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return NONE;
  const value = share * 100;
  if (value === 0 || value === 100) return `${value} %`;
  if (Math.abs(value) < 1e-4) return `${value.toExponential(1)} %`;
  // Nearly all is not all.
  if (value < 100 && value >= 99.95) return value < 99.995 ? `${value.toFixed(2)} %` : '> 99.99 %';
  const text = Math.abs(value) >= 10 ? value.toFixed(1) : value.toPrecision(2);
  return `${Number(text)} %`;
}

/** p-values and scores: four significant digits, exponent form only where small. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** A figure of unknown kind: whole numbers exactly, others with four significant digits. */
export function amount(value: number | null | undefined): string {
  return Number.isInteger(value) ? count(value) : figure(value);
}

/** `one`, `many`: 1 alert, 2 alerts. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
