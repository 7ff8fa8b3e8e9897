import type { Micros } from '../../core/index.ts';
import type { Pauses } from './silence-rule.ts';

/** One series between its readings. */
export interface SeriesSlot {
  readonly entity: string;
  /** Within the entity. */
  readonly name: string;
  readonly device: DeviceSlot;
  type: number;
  /** Time and value of the last reading; NaN before the first. */
  lastTime: Micros;
  lastValue: number;
  /** Where the last reading came from, within its device's input. */
  lastOrigin?: readonly [offset: number, line: number, length: number];
  /** Usual distance of two readings; NaN before there are two. */
  usual: Micros;
  /** The open step; NaN = none. */
  stepStart: Micros;
  sum: number;
  count: number;
  /** Time and raw value that rates of the open step are counted from. */
  fromTime: Micros;
  increase: number;
  /** Start of the last row handed over. */
  handedOver: Micros;
}

/** A device or host: all that is reported of one entity. */
export interface DeviceSlot extends Pauses {
  readonly entity: string;
  input: string;
  lastTime: Micros;
  usual: Micros;
  reports: number;
  silent: boolean;
  /** Since its last report this process stood still for so long. */
  stalled: Micros;
}

/** Absent in states of before they were kept. */
const NO_PAUSES = { longest: 0, second: 0, stalled: 0 };

/** Names of refused series that are kept to be shown. */
export const MOST_NAMED = 20;

/** Series and devices by name, at most so many. */
export class SeriesTable {
  readonly slots: SeriesSlot[] = [];
  readonly devices = new Map<string, DeviceSlot>();
  readonly refused = { readings: 0, names: [] as string[] };
  private readonly codes = new Map<string, number>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** Code of the series; -1 when there is no room for it. */
  code(entity: string, name: string, type: number, input: string): number {
    const key = seriesName(entity, name);
    const known = this.codes.get(key);
    if (known !== undefined) return known;
    if (this.slots.length >= this.most) {
      this.refused.readings++;
      if (this.refused.names.length < MOST_NAMED && !this.refused.names.includes(key)) this.refused.names.push(key);
      return -1;
    }
    return this.add(key, newSlot(entity, name, type, this.device(entity, input)));
  }

  /** Name that is unique over entities, as people read it. */
  nameOf(code: number): string {
    const { entity, name } = this.slots[code] as SeriesSlot;
    return seriesName(entity, name);
  }

  restore(slots: readonly Omit<SeriesSlot, 'device'>[], devices: readonly DeviceSlot[]): void {
    this.slots.length = 0;
    this.codes.clear();
    this.devices.clear();
    for (const device of devices) this.devices.set(device.entity, { ...NO_PAUSES, ...device });
    for (const slot of slots) this.add(seriesName(slot.entity, slot.name), { ...slot, device: this.device(slot.entity, '') });
  }

  private add(key: string, slot: SeriesSlot): number {
    const code = this.slots.push(slot) - 1;
    this.codes.set(key, code);
    return code;
  }

  private device(entity: string, input: string): DeviceSlot {
    const known = this.devices.get(entity);
    if (known !== undefined) return known;
    const device = { entity, input, lastTime: Number.NaN, usual: Number.NaN, reports: 0, silent: false, ...NO_PAUSES };
    this.devices.set(entity, device);
    return device;
  }
}

/** Name of a series that is unique over entities, as people read it. */
export function seriesName(entity: string, name: string): string {
  return entity === '' ? name : `${entity} ${name}`;
}

function newSlot(entity: string, name: string, type: number, device: DeviceSlot): SeriesSlot {
  return {
    ...{ entity, name, type, device },
    ...{ lastTime: Number.NaN, lastValue: Number.NaN, usual: Number.NaN, stepStart: Number.NaN, sum: 0, count: 0 },
    ...{ fromTime: Number.NaN, increase: 0, handedOver: Number.NEGATIVE_INFINITY },
  };
}
