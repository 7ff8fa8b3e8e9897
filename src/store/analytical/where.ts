import type { DuckDBValue } from '@duckdb/node-api';

/** Conditions of constant text joined by "and"; every value of the caller is bound. $1 is the list of files. */
export class Where {
  readonly values: DuckDBValue[] = [];
  private readonly tests: string[] = [];

  /** Left out where there is no value. `sql` gets the name of the parameter; numbers are whole and go as 64 bits. */
  and(sql: (parameter: string) => string, value: string | number | undefined): this {
    if (value !== undefined) this.tests.push(sql(this.bind(typeof value === 'number' ? BigInt(Math.ceil(value)) : value)));
    return this;
  }

  /** A condition whose values are bound already. */
  also(sql: string): this {
    this.tests.push(sql);
    return this;
  }

  /** The parameter that stands for a value. */
  bind(value: DuckDBValue): string {
    this.values.push(value);
    return `$${this.values.length + 1}`;
  }

  get sql(): string {
    return this.tests.length === 0 ? 'true' : this.tests.join(' AND ');
  }

  copy(): Where {
    const copy = new Where();
    copy.values.push(...this.values);
    copy.tests.push(...this.tests);
    return copy;
  }
}
