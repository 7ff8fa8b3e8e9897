import { formatMicros, type IncidentEvidence, type Micros } from '../../core/index.ts';

/**
 * "Sudo to root on server. On server that was never seen in 199 windows of 10 minutes before; 2 other unusual types of alert came
 * with it. Since …" Of `quietBins` windows nothing was seen: they are taken as quiet.
 */
export function sentenceOf(
  evidence: readonly IncidentEvidence[],
  hosts: number,
  tactics: readonly string[],
  binMinutes: number,
  start: Micros,
  quietBins: number,
): string {
  const [first] = evidence;
  if (first === undefined) return 'Everything in it is marked as expected.';
  const others = new Set(evidence.map(({ type }) => type)).size - 1;
  const watched = first.bins - quietBins;
  const windows = `${watched} ${watched === 1 ? 'window' : 'windows'} of ${binMinutes} minutes`;
  const seen =
    watched < FEW
      ? `Nothing like it was seen on ${first.host} before`
      : first.hostBins === 0
        ? `On ${first.host} that was never seen in ${windows} before`
        : `On ${first.host} that was seen in ${first.hostBins} of ${windows} before`;
  const more =
    others === 0
      ? ''
      : others === 1
        ? '; another unusual type of alert came with it'
        : `; ${others} other unusual types of alert came with it`;
  const where = hosts > 1 ? `; ${hosts > LISTED ? 'about ' : ''}${hosts.toLocaleString('en')} hosts are part of it` : '';
  const chain = tactics.length > 1 ? `, from ${words(tactics[0])} to ${words(tactics.at(-1))}` : '';
  return `${trimEnd(first.title)}. ${seen}${more}${where}${chain}. Since ${formatMicros(start)}.`;
}

/** Up to so many hosts are counted one by one, whatever the options. */
const LISTED = 200;
/** Fewer past windows than these say nothing worth a figure. */
const FEW = 6;

function trimEnd(title: string): string {
  return title.endsWith('.') ? title.slice(0, -1) : title;
}

function words(tactic: string | undefined): string {
  return (tactic ?? '').replaceAll('-', ' ');
}
