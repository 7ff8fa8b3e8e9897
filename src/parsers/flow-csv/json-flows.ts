import { isFields } from '../sensor/fields.ts';
import { type FlowColumn, flowColumnOf } from './columns.ts';

/** Names whose meaning is remembered. */
const MAX_NAMES = 10_000;

/** The known columns of flows written as objects of JSON, one a line; an absent value may be left out or null. */
export class JsonFlowColumns {
  /** In any object so far. */
  readonly seen = new Set<FlowColumn>();
  readonly #known = new Map<string, FlowColumn | undefined>();

  /** Text of each known column of a line, the first of several that mean the same; undefined for what is no object. */
  cellsOf(line: string): ReadonlyMap<FlowColumn, string> | undefined {
    let object: unknown;
    try {
      object = JSON.parse(line);
    } catch {
      return undefined;
    }
    if (!isFields(object)) return undefined;
    const cells = new Map<FlowColumn, string>();
    for (const [name, value] of Object.entries(object)) {
      const column = this.#columnOf(name);
      if (column === undefined || cells.has(column)) continue;
      this.seen.add(column);
      if (typeof value === 'string' || typeof value === 'number') cells.set(column, String(value).trim());
    }
    return cells;
  }

  #columnOf(name: string): FlowColumn | undefined {
    if (this.#known.has(name)) return this.#known.get(name);
    const column = name.length > 200 ? undefined : flowColumnOf(name);
    if (this.#known.size < MAX_NAMES) this.#known.set(name, column);
    return column;
  }
}
