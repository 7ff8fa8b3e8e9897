import type { ReactNode } from 'react';

export function Page({ title, head, fixed = false, children }: { title: string; head?: ReactNode; fixed?: boolean; children: ReactNode }) {
  return (
    <div className={fixed ? 'page fixed' : 'page'}>
      <div className="page-head">
        <h1>{title}</h1>
        <div className="page-tools">{head}</div>
      </div>
      {children}
    </div>
  );
}

export function Card({
  title,
  head,
  className = '',
  flush = false,
  children,
}: {
  title?: string;
  head?: ReactNode;
  className?: string;
  flush?: boolean;
  children: ReactNode;
}) {
  return (
    <section className={`card ${className}`} {...(title === undefined ? {} : { 'aria-label': title })}>
      {title !== undefined && (
        <div className="card-head">
          <h2 className="grow">{title}</h2>
          {head}
        </div>
      )}
      {flush ? children : <div className="card-body">{children}</div>}
    </section>
  );
}
