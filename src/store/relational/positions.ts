import type { Position } from '../../core/index.ts';
import type { SourcePosition } from '../contract.ts';
import type { RelationalDatabase } from './database.ts';
import { bindable } from './selection.ts';

/** Where each source resumes, as of the last committed epoch. */
export class Positions {
  private readonly database: RelationalDatabase;

  constructor(database: RelationalDatabase) {
    this.database = database;
  }

  /** Inside the epoch's transaction. */
  write(positions: readonly SourcePosition[]): void {
    for (const { source, ...position } of positions) {
      this.database.run(
        'INSERT INTO positions (source, input, position) VALUES (?, ?, ?) ON CONFLICT (source, input) DO UPDATE SET position = excluded.position',
        [bindable(source), bindable(position.input), JSON.stringify(position)],
      );
    }
  }

  of(source: string): readonly Position[] {
    const rows = this.database.all('SELECT position FROM positions WHERE source = ? ORDER BY input', [bindable(source)]);
    return rows.map((row) => JSON.parse(row.position as string) as Position);
  }
}
