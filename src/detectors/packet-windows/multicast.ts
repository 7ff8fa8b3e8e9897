import type { PacketBatch } from '../../core/index.ts';

/** Whether row `row` goes to a multicast group, to a reserved address or to all hosts of its link: nobody need answer. */
export function isMulticast({ addresses }: PacketBatch, row: number): boolean {
  const at = row * 8 + 4;
  if (addresses[at + 2] !== 0xffff || addresses[at] !== 0 || addresses[at + 1] !== 0) return (addresses[at] as number) >>> 24 === 0xff;
  return (addresses[at + 3] as number) >>> 28 >= 14;
}
