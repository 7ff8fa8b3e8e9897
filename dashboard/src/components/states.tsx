import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ApiError } from '../api/client.ts';

export function Loading({ rows = 4 }: { rows?: number }) {
  return (
    <div className="stack card-body" aria-busy="true">
      <span className="hidden" role="status">
        Loading
      </span>
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((key) => (
        <Skeleton key={key} height={16} radius="sm" />
      ))}
    </div>
  );
}

export function Blank({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className="blank">
      <strong>{title}</strong>
      {hint !== undefined && <p>{hint}</p>}
      {children}
    </div>
  );
}

export function Problem({ error, retry }: { error: ApiError | Error; retry?: () => unknown }) {
  const hint = 'hint' in error ? error.hint : '';
  return (
    <div className="blank" role="alert">
      <strong>{error.message}</strong>
      {hint !== '' && <p>{hint}</p>}
      {retry !== undefined && (
        <Button variant="default" onClick={() => retry()}>
          Try again
        </Button>
      )}
    </div>
  );
}

interface Answer<T> {
  readonly data: T | undefined;
  readonly error: ApiError | null;
  refetch(): unknown;
}

/** The answer of a query, or what there is to say until it comes or when it does not. */
export function Answered<T>({ of, rows, children }: { of: Answer<T>; rows?: number; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data);
  if (of.error !== null) return <Problem error={of.error} retry={of.refetch} />;
  return <Loading {...(rows === undefined ? {} : { rows })} />;
}
