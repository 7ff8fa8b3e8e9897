import { MICROS_PER_SECOND, type Micros } from '../../core/index.ts';
import { type DemoRecord, type Happenings, lineRecord, pick } from './scenario.ts';

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
const STEP: Micros = 60 * MICROS_PER_SECOND;
/** A sensor that is stuck repeats its value for so long. */
const STUCK: Micros = 90 * 60 * MICROS_PER_SECOND;

function reading({ entity, series }: Sensor, time: Micros, value: number): DemoRecord {
  return lineRecord(time, JSON.stringify({ time, entity, series, value: Number(value.toFixed(2)) }));
}

/** Readings of the building every minute, with a daily rhythm; now and then a sensor is stuck. */
export const devices: Happenings = function* (clock, from, script) {
  const drift = new Map(SENSORS.map((sensor) => [sensor, 0]));
  const last = new Map<Sensor, number>();
  for (let time = from; ; time += STEP) {
    const attack = script.latest(time);
    const stuck = attack?.kind === 'stuck-sensor' && time < attack.begin + STUCK ? pick(attack.random, SENSORS.slice(0, 5)) : undefined;
    for (const sensor of SENSORS) {
      const slow = 0.98 * (drift.get(sensor) ?? 0) + (clock.random() - 0.5) * sensor.noise;
      drift.set(sensor, slow);
      const value = sensor.base + sensor.rise * clock.load(time) + slow + (clock.random() - 0.5) * sensor.noise;
      const shown = sensor === stuck ? (last.get(sensor) ?? value) : value;
      last.set(sensor, shown);
      yield [reading(sensor, time, shown)];
    }
  }
};
