import { type Explanation, formatMicros, knownTime, type ObservationBatch, quoted } from '../../core/index.ts';
import type { Occurrence } from './memory.ts';
import type { DescribedObservation } from './overlay.ts';

/** "First time host X logged template Y; 12 other hosts did." */
export function explainOccurrence(
  batch: ObservationBatch,
  row: number,
  one: DescribedObservation,
  seen: Occurrence,
  probability: number,
): Explanation {
  const text = batch.valueText?.[batch.value[row] as number] ?? one.value;
  const saw =
    one.field === 'template'
      ? `logged ${quote(text)}`
      : one.field.startsWith('parameter ')
        ? `logged ${quote(text)} as ${one.field}`
        : `showed the ${one.field} ${quote(text)}`;
  const known = seen.count > 0;
  const again =
    seen.forgotten === undefined
      ? `For the first time ${one.entity} ${saw}`
      : `${one.entity} ${saw} again, last seen ${formatMicros(seen.forgotten)}`;
  const since = formatMicros(knownTime(seen.first));
  const time = knownTime(batch.time[row] as number);
  const others =
    seen.elsewhere === 0
      ? 'no other did either'
      : `${seen.elsewhere} ${seen.elsewhere === 1 ? 'other has' : 'others have'} shown it before`;
  const share = probability >= 0.005 ? `${(probability * 100).toFixed(1)} %` : `one in ${Math.round(1 / probability).toLocaleString('en')}`;
  return {
    what: known ? `${one.entity} ${saw}, as ${seen.count} times before.` : `${again}; ${others}.`,
    why: `${seen.total} observations ${since === '' ? 'so far' : `since ${since}`} gave ${seen.distinct === 1 ? 'one value' : `${seen.distinct} different values`}; a new one is expected in ${share} of them.`,
    harmless: [
      one.field === 'template'
        ? 'A new version or a changed configuration that writes this message.'
        : 'A new but legitimate user, address or value.',
      'A rare job that had not run since learning began.',
    ],
    next: [
      seen.elsewhere === 0 ? 'Look at the line and what the same host did around it.' : 'Compare with the hosts that show it regularly.',
      'Check whether a deployment or a change took place at that time.',
    ],
    contributions: [
      {
        subject: `${one.field} of ${one.entity}`,
        observed: text,
        expected: seen.distinct === 1 ? 'the one known value' : `one of ${seen.distinct} known values`,
        share: 1,
        seenBefore: seen.count,
      },
    ],
    evidence: [
      {
        input: batch.input[batch.inputCode[row] as number] ?? '',
        line: batch.line[row] as number,
        offset: batch.offset[row] as number,
        length: batch.length[row] as number,
        ...(Number.isNaN(time) ? {} : { time }),
      },
    ],
  };
}

function quote(text: string): string {
  return quoted(text, 160);
}
