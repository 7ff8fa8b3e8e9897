import { Button } from '@mantine/core';
import { count } from '../format/number.ts';

interface Props {
  readonly shown: number;
  /** Undefined where it is not counted. */
  readonly total?: number;
  /** In the plural. */
  readonly of: string;
  /** Reads the next page; undefined on the last one. */
  readonly more?: (() => unknown) | undefined;
  readonly loading?: boolean;
}

/** How much of a list is shown, and the way to more of it; nothing where it is shown whole. */
export function More({ shown, total, of, more, loading = false }: Props) {
  if (more === undefined && (total === undefined || shown >= total)) return null;
  return (
    <div className="row rigid soft small more">
      <span className="grow">
        The first {count(shown)}
        {total === undefined ? '' : ` of ${count(total)}`} {of}
      </span>
      {more !== undefined && (
        <Button variant="default" loading={loading} onClick={() => more()}>
          Show more
        </Button>
      )}
    </div>
  );
}
