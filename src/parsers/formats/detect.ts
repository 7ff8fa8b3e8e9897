import { TextArena } from '../bytes/arena.ts';
import { CR, isBlank, LF } from '../bytes/ascii.ts';
import { looksContinued } from '../continuation.ts';
import { Calendar } from '../time/calendar.ts';
import { zoneOf } from '../time/zone.ts';
import type { LogFormat } from './format.ts';
import { Header } from './header.ts';
import { LOG_FORMATS } from './index.ts';

export interface DetectedFormat {
  readonly format: string;
  /** Share of the sample's records that fit, 0..1; 0 for `plain`. */
  readonly confidence: number;
  readonly records: number;
  /** Every format that fits some record, best first. */
  readonly candidates: readonly { readonly format: string; readonly share: number }[];
}

const MOST_RECORDS = 400;
const MOST_BYTES = 4096;
/** Below this share of records that some format fits none is taken. */
const LEAST_SHARE = 0.5;
/** The first of several formats that together fit enough has to fit so many records. */
const LEAST_MAIN_SHARE = 0.2;
/** Shares this close count as equal; the more specific format is taken. */
const CLOSE = 0.05;

/** Recognises the format of a sample, the main one of several: from records spread over it, comments and continuation lines left out. */
export function detectFormat(sample: Uint8Array): DetectedFormat {
  const records = sampleRecords(sample);
  const signed = [...LOG_FORMATS.values()].find(({ signs }) =>
    signs?.every((sign) => Buffer.from(sample.buffer, sample.byteOffset, sample.length).includes(sign)),
  );
  if (signed !== undefined)
    return { format: signed.name, confidence: 1, records: records.length, candidates: [{ format: signed.name, share: 1 }] };
  const calendar = new Calendar(zoneOf('UTC'), Date.UTC(2100, 0, 1) * 1000);
  const arena = new TextArena(sample);
  const shares = [...LOG_FORMATS.values()]
    .filter(({ recognised = true }) => recognised)
    .map((format) => ({ format, share: share(format, arena, records, calendar) }))
    .filter((candidate) => candidate.share > 0)
    .sort((a, b) => b.share - a.share || b.format.specificity - a.format.specificity);
  const best = shares[0];
  const candidates = shares.map((candidate) => ({ format: candidate.format.name, share: candidate.share }));
  if (best === undefined || (best.share < LEAST_SHARE && !areMixed(best, shares, arena, records, calendar)))
    return { format: 'plain', confidence: 0, records: records.length, candidates };
  const chosen = shares
    .filter((candidate) => candidate.share >= best.share - CLOSE)
    .reduce((a, b) => (b.format.specificity > a.format.specificity ? b : a));
  return { format: chosen.format.name, confidence: chosen.share, records: records.length, candidates };
}

/** Name of the format of a sample; `usual` where that reads what was recognised as well. */
export function formatOf(sample: Uint8Array, usual?: string): string {
  const { format } = detectFormat(sample);
  return usual !== undefined && LOG_FORMATS.get(usual)?.covers?.includes(format) === true ? usual : format;
}

interface Candidate {
  readonly format: LogFormat;
  readonly share: number;
}

/** Whether most records fit one of several formats, of which `best` fits the most. */
function areMixed(
  best: Candidate,
  shares: readonly Candidate[],
  arena: TextArena,
  records: readonly SampleRecord[],
  calendar: Calendar,
): boolean {
  if (best.share < LEAST_MAIN_SHARE) return false;
  const headers = shares.map(({ format }) => new Header(format.fields.length));
  const fits = ({ start, end }: SampleRecord) =>
    shares.some(({ format }, i) => {
      const header = headers[i] as Header;
      header.clear();
      return format.scan(arena, start, end, header, calendar) === true && !Number.isNaN(header.time);
    });
  const fitting = records.filter(fits).length;
  return fitting >= LEAST_SHARE * records.filter((record) => !record.continued || fits(record)).length;
}

interface SampleRecord {
  readonly start: number;
  readonly end: number;
  /** It looks like a continuation, so it may be left out of the count. */
  readonly continued: boolean;
}

function share(format: LogFormat, arena: TextArena, records: readonly SampleRecord[], calendar: Calendar): number {
  const header = new Header(format.fields.length);
  let fitting = 0;
  let counted = 0;
  for (const { start, end, continued } of records) {
    header.clear();
    if (format.scan(arena, start, end, header, calendar) === true) {
      fitting++;
      counted++;
    } else if (!continued) {
      counted++;
    }
  }
  return counted === 0 ? 0 : fitting / counted;
}

/** Records spread evenly over the sample. */
export function sampleRecords(sample: Uint8Array): SampleRecord[] {
  const records: SampleRecord[] = [];
  for (let start = 0; start < sample.length; ) {
    const lf = sample.indexOf(LF, start);
    // A last line without its end may be cut short; it counts only when there is no other.
    if (lf < 0 && records.length > 0) break;
    let end = lf < 0 ? sample.length : lf;
    let from = start;
    if (start === 0 && sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) from = 3;
    if (end > from && sample[end - 1] === CR) end--;
    end = Math.min(end, from + MOST_BYTES);
    const first = sample[from];
    if (end > from && first !== 35 && !(isBlank(first) && end === from + 1)) {
      records.push({ start: from, end, continued: looksContinued(sample, from, end) });
    }
    start = lf < 0 ? sample.length : lf + 1;
  }
  const step = records.length / MOST_RECORDS;
  return step <= 1 ? records : Array.from({ length: MOST_RECORDS }, (_, i) => records[Math.floor(i * step)] as SampleRecord);
}
