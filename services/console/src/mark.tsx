import type { ReactNode } from 'react';
import type { Stage } from './journey.rules.ts';
import { useTexts } from './language.tsx';
import { colors } from './theme.ts';

const ring = <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.6" />;
const disc = <circle cx="8" cy="8" r="7" fill="currentColor" />;
const line = { fill: 'none', strokeWidth: 1.7, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;

/** Every stage has a shape of its own, so that nothing hangs on colour alone. */
const shapes: Readonly<Record<Stage, { readonly color: string; readonly shape: ReactNode }>> = {
  WAITING: { color: colors.waiting, shape: ring },
  SIGNED: {
    color: colors.signed,
    shape: (
      <>
        {ring}
        <circle cx="8" cy="8" r="2.8" fill="currentColor" />
      </>
    ),
  },
  WORKING: {
    color: colors.signed,
    shape: (
      <>
        {ring}
        <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
      </>
    ),
  },
  ARMED: {
    color: colors.armed,
    shape: <path d="M8 1.5 13.5 3.6V8c0 3.3-2.3 5.5-5.5 6.6C4.8 13.5 2.5 11.3 2.5 8V3.6z" fill="currentColor" />,
  },
  PENDING: {
    color: colors.pending,
    shape: (
      <>
        {ring}
        <path d="M8 4.6V8l2.4 1.5" stroke="currentColor" {...line} />
      </>
    ),
  },
  ANSWERED: {
    color: colors.answered,
    shape: (
      <>
        {disc}
        <path d="m4.8 8.2 2.2 2.2 4.2-4.6" stroke="#fff" {...line} />
      </>
    ),
  },
  RETURNED: {
    color: colors.returned,
    shape: (
      <>
        {ring}
        <path d="M10.8 8H5.4m2.2-2.3L5.3 8l2.3 2.3" stroke="currentColor" {...line} />
      </>
    ),
  },
  HELD: {
    color: colors.waiting,
    shape: (
      <>
        {disc}
        <path d="M6.2 5.5v5M9.8 5.5v5" stroke="#fff" {...line} />
      </>
    ),
  },
  LIFTING: {
    color: colors.lifting,
    shape: (
      <>
        {ring}
        <path d="M8 11V5.2M5.7 7.5 8 5.2l2.3 2.3" stroke="currentColor" {...line} />
      </>
    ),
  },
  LIFTED: {
    color: colors.answered,
    shape: (
      <>
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2.4 1.8" />
        <path d="m5.3 8.2 1.9 1.9 3.5-3.9" stroke="currentColor" {...line} />
      </>
    ),
  },
  OFF: {
    color: colors.off,
    shape: (
      <>
        {ring}
        <path d="M5.4 8h5.2" stroke="currentColor" {...line} />
      </>
    ),
  },
};

/** The mark of a stage; without `withText` it stands beside its word. */
export function Mark({ stage, withText = false }: { readonly stage: Stage; readonly withText?: boolean }) {
  const texts = useTexts();
  const { color, shape } = shapes[stage];
  return (
    <span className="mark" style={{ color }}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        {shape}
      </svg>
      {withText && <span>{texts.stages[stage]}</span>}
    </span>
  );
}

export const colorOfStage = (stage: Stage) => shapes[stage].color;
