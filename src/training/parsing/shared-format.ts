import { detectFormat } from '../../parsers/index.ts';

/** Share of the records that a learnt format has to read; what it does not read is read by other formats. */
const LEAST_SHARE = 0.5;

/**
 * Name of the format of a sample. Two formats may read the same lines (`openssh` and `syslog`), and which one is recognised depends on the
 * first lines of a file: where something was learnt from files of the formats `learnt`, the one of them that reads most records is taken,
 * as otherwise every line would look new.
 */
export function sharedFormat(sample: Uint8Array, learnt: readonly string[]): string {
  const { format, candidates } = detectFormat(sample);
  if (learnt.length === 0 || learnt.includes(format)) return format;
  return candidates.find((one) => learnt.includes(one.format) && one.share >= LEAST_SHARE)?.format ?? format;
}
