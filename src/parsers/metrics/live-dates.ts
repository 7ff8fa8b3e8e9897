import type { Micros } from '../../core/index.ts';
import { bothOrders, type DateOrder, dateOrderOf, usualOrder } from '../series/written-time.ts';

/** A live reading is no further from its arrival. */
const LIVE: Micros = 2 * 86_400e6;
const MAX_INPUTS = 10_000;

export interface LiveDatesState {
  readonly orders: readonly (readonly [string, DateOrder])[];
  readonly firsts: readonly (readonly [string, string])[];
  readonly assumed: number;
}

/**
 * Which number of dates such as `03/04/2025` is the day, told line by line of each input: by one above twelve, by the time of arrival
 * where that is near one reading alone, or by two dates of which only one order is in time and close. Until then nothing is said.
 */
export class LiveDates {
  /** Inputs whose dates are read in an order that nothing told. */
  assumed = 0;
  readonly #orders = new Map<string, DateOrder>();
  /** The first date of an input that leaves its order open. */
  readonly #firsts = new Map<string, string>();

  /** The order in which the cell is to be read; undefined where the cell has none, null where it cannot be told yet. */
  orderOf(cell: string, input: string, arrival: Micros): DateOrder | undefined | null {
    const known = this.#orders.get(input);
    const told = dateOrderOf([cell]);
    if (told === undefined) return undefined;
    if (!told.assumed) {
      this.#learn(input, told.order);
      return told.order;
    }
    const both = bothOrders(cell);
    if (known !== undefined || both === undefined || both.some(Number.isNaN)) return known ?? told.order;
    const order = byArrival(both, arrival) ?? bySequence(bothOrders(this.#firsts.get(input) ?? ''), both);
    if (order !== undefined) {
      this.#learn(input, order);
      return order;
    }
    if (both[0] === both[1]) return told.order;
    if (!this.#firsts.has(input)) this.#remember(this.#firsts, input, cell);
    return null;
  }

  /** Nothing tells: the order that the mark between the numbers is most used with. */
  assume(input: string): void {
    const first = this.#firsts.get(input);
    if (first === undefined) return;
    this.assumed++;
    this.#learn(input, usualOrder(first));
  }

  state(): LiveDatesState {
    return { orders: [...this.#orders], firsts: [...this.#firsts], assumed: this.assumed };
  }

  restore({ orders, firsts, assumed }: LiveDatesState): void {
    this.assumed = assumed;
    this.#orders.clear();
    this.#firsts.clear();
    for (const [input, order] of orders) this.#orders.set(input, order);
    for (const [input, first] of firsts) this.#firsts.set(input, first);
  }

  #learn(input: string, order: DateOrder): void {
    this.#firsts.delete(input);
    this.#remember(this.#orders, input, order);
  }

  #remember<V>(map: Map<string, V>, input: string, value: V): void {
    map.delete(input);
    map.set(input, value);
    if (map.size > MAX_INPUTS) map.delete(map.keys().next().value as string);
  }
}

type Both = readonly [dayFirst: Micros, monthFirst: Micros];

function byArrival([day, month]: Both, arrival: Micros): DateOrder | undefined {
  const near = (time: Micros) => Math.abs(arrival - time) <= LIVE;
  return near(day) === near(month) ? undefined : near(day) ? 'day first' : 'month first';
}

/** By the first date and a later one: times run on, and from one day to the next rather than from month to month. */
function bySequence(before: Both | undefined, now: Both): DateOrder | undefined {
  if (before === undefined) return undefined;
  const [day, month] = [now[0] - before[0], now[1] - before[1]];
  // On the same day both run on alike.
  if (day === month) return undefined;
  if (day < 0 !== month < 0) return day < 0 ? 'month first' : 'day first';
  return Math.abs(day) < Math.abs(month) ? 'day first' : 'month first';
}
