import { type LabelEntry, VedetteError, type Verdict } from '../core/index.ts';

/** The label in force of one alert. */
export interface LabelInForce {
  readonly alertId: string;
  readonly verdict: Verdict;
  readonly note: string;
  readonly by: string;
  readonly at: number;
  /** Of the entry that set it; labels apply in this order. */
  readonly sequence: number;
}

/**
 * The labels in force, in order of the entries that set them: of each alert the last entry wins, one without verdict revokes. A pure
 * function of the entries, whatever order they are given in: after label and revoke it is as if neither had been.
 */
export function labelsInForce(entries: readonly LabelEntry[]): LabelInForce[] {
  const last = new Map<string, LabelEntry>();
  for (const entry of entries) {
    const known = last.get(entry.alertId);
    if (known === undefined || entry.sequence > known.sequence) last.set(entry.alertId, entry);
  }
  const inForce: LabelInForce[] = [];
  for (const { alertId, verdict, note, by, at, sequence } of last.values()) {
    if (verdict !== undefined) inForce.push({ alertId, verdict, note, by, at, sequence });
  }
  return inForce.sort((a, b) => a.sequence - b.sequence);
}

/** The log with one entry more; never changes an entry. Revoking what has no label in force is an error. */
export function appendLabel(
  entries: readonly LabelEntry[],
  label: { readonly alertId: string; readonly verdict?: Verdict; readonly note?: string; readonly by: string; readonly at: number },
): LabelEntry[] {
  if (label.verdict === undefined && !labelsInForce(entries).some((one) => one.alertId === label.alertId)) {
    throw new VedetteError('ALERT_MISSING', `alert ${label.alertId} has no label to revoke`, {
      hint: 'list labelled alerts with `vedette alerts list`',
    });
  }
  const sequence = entries.reduce((most, entry) => Math.max(most, entry.sequence), 0) + 1;
  const { alertId, by, at, note = '', verdict } = label;
  return [...entries, { sequence, alertId, note, by, at, ...(verdict === undefined ? {} : { verdict }) }];
}
