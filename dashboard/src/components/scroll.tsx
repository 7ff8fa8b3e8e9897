import type { ReactNode, RefObject } from 'react';

/** A region that scrolls, reachable by keyboard and named for a screen reader. */
export function Scroll({
  label,
  className = 'scroll-x',
  at,
  children,
}: {
  label: string;
  className?: string;
  at?: RefObject<HTMLDivElement | null>;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div ref={at} className={className} tabIndex={0} role="group" aria-label={label}>
      {children}
    </div>
  );
}
