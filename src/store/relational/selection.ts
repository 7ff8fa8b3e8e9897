import type { Page } from '../contract.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { RelationalDatabase, SqlRow, SqlValue } from './database.ts';

/** SQLite's text ends at NUL here, and it takes neither NaN nor infinities in a NOT NULL column: the body keeps the exact value. */
export function bindable<T extends SqlValue>(value: T): SqlValue {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd');
  return typeof value === 'number' && !Number.isFinite(value) ? 0 : value;
}

/** Rows of a table under conditions of constant text, their values bound. */
export class Selection {
  private readonly conditions: string[] = [];
  private readonly bound: SqlValue[] = [];

  /** Conditions with one value each; those without one are left out. */
  constructor(conditions: readonly (readonly [condition: string, value: SqlValue | undefined])[], always: readonly string[] = []) {
    this.conditions.push(...always);
    for (const [condition, value] of conditions) if (value !== undefined) this.and(condition, [value]);
  }

  and(condition: string, values: readonly SqlValue[]): void {
    this.conditions.push(condition);
    this.bound.push(...values.map((value) => bindable(value)));
  }

  get where(): string {
    return this.conditions.length === 0 ? '' : `WHERE ${this.conditions.join(' AND ')}`;
  }

  get values(): readonly SqlValue[] {
    return this.bound;
  }
}

export interface PageOrder {
  readonly table: string;
  readonly columns: string;
  /** The highest first; equal ones by `tie`, ascending. */
  readonly by: string;
  readonly tie: string;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** A page of a selection that goes on after the last row of the page before, whatever was inserted meanwhile. */
export function pageOf<T>(database: RelationalDatabase, selection: Selection, order: PageOrder, itemOf: (row: SqlRow) => T): Page<T> {
  const { table, columns, by, tie, limit = 100, cursor } = order;
  if (cursor !== undefined) {
    const [at, id] = decodeCursor(cursor, ['number', 'string']) as [number, string];
    selection.and(`(${by} < ? OR (${by} = ? AND ${tie} > ?))`, [at, at, id]);
  }
  const sql = `SELECT ${columns}, ${by} AS position, ${tie} AS tie FROM ${table} ${selection.where} ORDER BY ${by} DESC, ${tie} LIMIT ?`;
  const rows = database.all(sql, [...selection.values, limit + 1]);
  const items = rows.slice(0, limit).map(itemOf);
  const last = rows[limit - 1];
  return rows.length > limit && last !== undefined ? { items, cursor: encodeCursor([last.position, last.tie]) } : { items };
}
