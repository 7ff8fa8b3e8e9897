import { MICROS_PER_SECOND, type Micros } from '../../core/index.ts';
import { type DemoClock, type DemoRecord, type Happenings, lineRecord } from './scenario.ts';

interface Sensor {
  readonly entity: string;
  readonly series: string;
  /** At night, and how much more it is at the busiest hour. */
  readonly base: number;
  readonly rise: number;
  readonly noise: number;
}

const SENSORS: readonly Sensor[] = [
  { entity: 'server-room', series: 'temperature_celsius', base: 21.5, rise: 2.2, noise: 0.12 },
  { entity: 'server-room', series: 'power_watts', base: 1840, rise: 620, noise: 18 },
  { entity: 'office-north', series: 'temperature_celsius', base: 19.2, rise: 3.1, noise: 0.1 },
  { entity: 'office-south', series: 'temperature_celsius', base: 19.8, rise: 3.6, noise: 0.1 },
  { entity: 'office-south', series: 'co2_ppm', base: 430, rise: 420, noise: 9 },
  { entity: 'entrance', series: 'door_openings', base: 1, rise: 14, noise: 1.4 },
];
const STEP: Micros = 30 * MICROS_PER_SECOND;
/** A sensor that is stuck repeats its value for so long. */
const STUCK: Micros = 90 * 60 * MICROS_PER_SECOND;

function reading({ entity, series }: Sensor, time: Micros, value: number): DemoRecord {
  return lineRecord(time, JSON.stringify({ time, entity, series, value: Number(value.toFixed(2)) }));
}

/** Readings of the building every half minute, with a daily rhythm; once or twice a day a sensor is stuck. */
export const devices: Happenings = function* (clock, from) {
  const stuck = new Map<Sensor, { readonly value: number; readonly until: Micros }>();
  const drift = new Map(SENSORS.map((sensor) => [sensor, 0]));
  for (let time = from; ; time += STEP) {
    for (const sensor of SENSORS) {
      const slow = 0.98 * (drift.get(sensor) ?? 0) + (clock.random() - 0.5) * sensor.noise;
      drift.set(sensor, slow);
      const value = sensor.base + sensor.rise * clock.load(time) + slow + (clock.random() - 0.5) * sensor.noise;
      if (clock.random() < 0.00008) stuck.set(sensor, { value, until: time + STUCK });
      const held = stuck.get(sensor);
      yield [reading(sensor, time, held !== undefined && time < held.until ? held.value : value)];
    }
  }
};

/** The server room's thermometer shows what it never showed. */
export function deviceFault({ random }: DemoClock, time: Micros): readonly DemoRecord[] {
  const [sensor] = SENSORS;
  return sensor === undefined ? [] : [reading(sensor, time, sensor.base + 30 + random() * 10)];
}
