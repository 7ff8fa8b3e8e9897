import type { ChannelDevice } from '../../core/index.ts';
import { isDevice, isValue, type TableLayout } from './layout.ts';

/** What a row of a long table says of one of its values: its device, and what was read there, with its unit. */
export function channelOf(
  { names, labels, unit, values }: Pick<TableLayout, 'names' | 'labels' | 'unit' | 'values'>,
  row: readonly string[],
  column: number,
): ChannelDevice {
  const name = names[column] as string;
  const words = (devices: boolean) =>
    labels.flatMap((label) => (isDevice(names[label] as string) === devices && row[label] ? [row[label] as string] : []));
  const metrics = words(false);
  const said = metrics.length === 0 || values.length > 1 || !isValue(name) ? [...metrics, name] : metrics;
  const measured = said.join(' ');
  const of = unit < 0 ? '' : (row[unit] ?? '');
  return { device: words(true).join(' '), measure: of === '' || measured.includes(`[${of}]`) ? measured : `${measured} [${of}]` };
}
