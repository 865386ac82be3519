import type { ReactNode } from 'react';

/** Three parts (product §C): what belongs here, why it is empty, what to do next. */
export function EmptyState({
  what,
  why,
  next,
  action,
}: {
  readonly what: string;
  readonly why: string;
  readonly next: string;
  readonly action?: ReactNode;
}) {
  return (
    <div className="empty">
      <p className="empty-what">{what}</p>
      <p>{why}</p>
      <p>{next}</p>
      {action}
    </div>
  );
}
