import type { Level } from './report.ts';

/** `104815` -> `104,815`; fixed English grouping, independent of the machine's locale. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  const [whole = '0', fraction] = String(Math.abs(value)).split('.');
  const grouped = whole.includes('e') ? whole : whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${value < 0 ? '-' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}

/** A rate in words: `1 in 1,000`, or a percentage above one in twenty. */
export function oneIn(rate: number): string {
  if (!(rate > 0)) return 'none';
  return rate > 0.05 ? percent(rate) : `1 in ${count(Math.round(1 / rate))}`;
}

export function percent(share: number): string {
  if (!Number.isFinite(share)) return '-';
  const value = share * 100;
  if (value === 0) return '0 %';
  if (value >= 99.95) return '100 %';
  return `${count(Number(value >= 10 ? value.toFixed(1) : value.toPrecision(2)))} %`;
}

/** Numbers of technical detail: four significant digits. */
export function figure(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}

/** `2008-11-09T20:35:18.123Z` -> `2008-11-09 20:35:18`. */
export function moment(iso: string): string {
  return iso === '' ? 'no time' : iso.replace('T', ' ').replace(/(?:\.\d+)?Z$/, '');
}

export function span(first: string, last: string): string {
  if (first === '' && last === '') return 'no time';
  if (first === last || last === '') return moment(first);
  const [from, to] = [moment(first), moment(last)];
  return from.slice(0, 10) === to.slice(0, 10) ? `${from} to ${to.slice(11)}` : `${from} to ${to}`;
}

export function levelOf(severity: number): Level {
  if (severity >= 75) return 'critical';
  if (severity >= 50) return 'high';
  return severity >= 25 ? 'medium' : 'low';
}

/** `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Lone surrogates as U+FFFD, so that the text survives UTF-8. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The text, at most `most` UTF-16 units of it, never half a surrogate pair. */
export function shortened(text: string, most: number): { text: string; shortened: boolean } {
  if (text.length <= most) return { text: wellFormed(text), shortened: false };
  return { text: wellFormed(text.slice(0, most)), shortened: true };
}
