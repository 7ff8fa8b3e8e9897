import { IconArrowDown, IconArrowUp, IconSelector } from '@tabler/icons-react';

export interface Sorting<K extends string> {
  readonly by: K;
  readonly order: 'asc' | 'desc';
}

interface Props<K extends string> {
  readonly name: string;
  readonly by: K;
  readonly sorting: Sorting<K>;
  /** Order of the first press. */
  readonly first?: 'asc' | 'desc';
  readonly right?: boolean;
  /** Whether it sorts in its usual order alone. */
  readonly oneWay?: boolean;
  readonly onSort: (sorting: Sorting<K>) => void;
}

/** A head of a column that sorts by it: first as is usual for it, then the other way round. */
export function SortHead<K extends string>({ name, by, sorting, first = 'desc', right = false, oneWay = false, onSort }: Props<K>) {
  const on = sorting.by === by;
  const Icon = on ? (sorting.order === 'asc' ? IconArrowUp : IconArrowDown) : IconSelector;
  const next = on && !oneWay ? (sorting.order === 'asc' ? 'desc' : 'asc') : first;
  return (
    <th className={right ? 'right' : ''} aria-sort={on ? (sorting.order === 'asc' ? 'ascending' : 'descending') : 'none'}>
      <button type="button" className="plain sort" onClick={() => onSort({ by, order: next })}>
        {name}
        <Icon size={12} aria-hidden />
      </button>
    </th>
  );
}
