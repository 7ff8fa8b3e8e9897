import type { ReactNode } from 'react';
import { Scroll } from './scroll.tsx';

/** A column by its name; numbers stand to the right. */
export type Head = string | { readonly right: string };

interface Props {
  readonly label: string;
  readonly heads: readonly Head[];
  /** Whether a last column holds buttons; it is named for screen readers only. */
  readonly actions?: boolean;
  readonly dense?: boolean;
  /** The rows. */
  readonly children: ReactNode;
}

/** A table that scrolls sideways where it is too wide. */
export function Table({ label, heads, actions = false, dense = false, children }: Props) {
  return (
    <Scroll label={label}>
      <table className={dense ? 'table dense' : 'table'}>
        <thead>
          <tr>
            {heads.map((head) =>
              typeof head === 'string' ? (
                <th key={head}>{head}</th>
              ) : (
                <th key={head.right} className="right">
                  {head.right}
                </th>
              ),
            )}
            {actions && (
              <th>
                <span className="hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Scroll>
  );
}
