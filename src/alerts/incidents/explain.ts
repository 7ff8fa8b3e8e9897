import { formatMicros, type IncidentEvidence, type Micros } from '../../core/index.ts';

/**
 * "Sudo to root on intranet_server: never in 455 past ten-minute windows" and what it comes with. Of `quietBins` windows nothing was
 * seen: they are taken as quiet.
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
  const times = first.hostBins === 0 ? `never in ${watched}` : `in ${first.hostBins} of ${watched}`;
  const past = watched > 0 ? `${times} past ${binMinutes}-minute windows` : 'nothing like it was seen before';
  const title = trimEnd(first.title);
  const head = `${title}${title.includes(first.host) ? '' : ` on ${first.host}`}: ${past}`;
  const more = others === 0 ? '' : `, with ${others} other unusual ${others === 1 ? 'type' : 'types'} of alert`;
  const where = hosts > 1 ? ` on ${hosts} hosts` : '';
  const chain = tactics.length > 1 ? `, from ${words(tactics[0])} to ${words(tactics.at(-1))}` : '';
  return `${head}${more}${more === '' && where === '' ? '' : where}${chain}, since ${formatMicros(start)}.`;
}

function trimEnd(title: string): string {
  return title.endsWith('.') ? title.slice(0, -1) : title;
}

function words(tactic: string | undefined): string {
  return (tactic ?? '').replaceAll('-', ' ');
}
