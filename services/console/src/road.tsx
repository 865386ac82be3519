import { DirectionTag } from './direction.tsx';
import { type Journey, type Progress, progressOf } from './journey.rules.ts';
import { timeOf, useTexts, wordOf } from './language.tsx';
import type { Names } from './names.ts';

/** Who and what the flag is about. */
export function RoadHead({ journey, names }: { readonly journey: Journey; readonly names: Names }) {
  const texts = useTexts();
  const { label, entry } = journey;
  return (
    <div className="road-head">
      <h2 lang="zh-CN">{label.subjectName ?? label.number}</h2>
      <DirectionTag listType={entry?.listType ?? names.listType(label.listCode)} text={names.list(label.listCode)} />
      <p className="road-facts">
        <span>{label.number}</span>
        {entry !== undefined && (
          <>
            <span className="entry-status">{wordOf(texts.entryStatuses, entry.status)}</span>
            <span>{texts.road.by(names.department(entry.designatingDepartment))}</span>
          </>
        )}
      </p>
    </div>
  );
}

interface StepProps {
  readonly name: string;
  readonly figure: string;
  readonly detail?: string | undefined;
  /** From 0 to 1. */
  readonly share: number;
  readonly testId: string;
}

/** The five steps of the road, each lit as far as it has come. */
export function RoadSteps({ journey }: { readonly journey: Journey }) {
  const texts = useTexts();
  const progress = progressOf(journey);
  const { entry, plan } = journey;
  const isSeen = progress.tasks > 0 || progress.notices > 0;
  return (
    <ol className="steps">
      <Step
        testId="step-entry"
        name={texts.road.entry}
        share={entry?.activatedAt != null || isSeen ? 1 : 0}
        figure={entry?.activatedAt != null ? timeOf(entry.activatedAt) : isSeen ? texts.road.done : '–'}
        detail={entry === undefined ? texts.road.entryHidden : undefined}
      />
      <Step
        testId="step-plan"
        name={texts.road.plan}
        share={plan !== undefined || isSeen ? 1 : 0}
        figure={plan !== undefined ? texts.road.measures(plan.measures) : isSeen ? texts.road.done : '–'}
        detail={plan === undefined ? (entry === undefined ? texts.road.planHidden : texts.road.notYet) : planDetail(plan, texts)}
      />
      <Step
        testId="step-dispatch"
        name={texts.road.dispatch}
        share={isSeen ? 1 : 0}
        figure={isSeen ? texts.road.tasks(progress.tasks) : '–'}
        detail={isSeen ? dispatchDetail(progress, texts) : texts.road.notYet}
      />
      <Step
        testId="step-sign"
        name={texts.road.sign}
        share={shareOf(progress.signed, progress.tasks)}
        figure={texts.road.ofTasks(progress.signed, progress.tasks)}
      />
      <Step
        testId="step-answer"
        name={texts.road.answer}
        share={shareOf(progress.answered, progress.tasks)}
        figure={texts.road.ofTasks(progress.answered, progress.tasks)}
      />
    </ol>
  );
}

type Texts = ReturnType<typeof useTexts>;

function planDetail(plan: NonNullable<Journey['plan']>, texts: Texts): string {
  if (plan.status === 'HELD') return texts.road.held;
  if (plan.status === 'ENDED') return texts.road.ended;
  const parts = [texts.road.parties(plan.parties), ...(plan.skips > 0 ? [texts.road.skips(plan.skips)] : [])];
  return parts.join(' · ');
}

function dispatchDetail(progress: Progress, texts: Texts): string {
  const where = texts.road.departments(progress.departments);
  return progress.dispatchMs === null ? where : `${where} · ${texts.road.milliseconds(progress.dispatchMs)}`;
}

const shareOf = (done: number, all: number) => (all === 0 ? 0 : done / all);

function Step({ name, figure, detail, share, testId }: StepProps) {
  const state = share >= 1 ? 'done' : share > 0 ? 'partly' : 'open';
  return (
    <li className={`step step-${state}`} style={{ '--share': share } as React.CSSProperties} data-testid={testId} data-state={state}>
      <span className="step-node">
        <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
          <circle cx="12" cy="12" r="10" className="step-ring" />
          <circle cx="12" cy="12" r="10" className="step-arc" pathLength="1" strokeDasharray={`${share} 1`} transform="rotate(-90 12 12)" />
          {share >= 1 && <path d="m7.8 12.3 3 3 5.6-6.3" className="step-tick" />}
        </svg>
      </span>
      <span className="step-name">{name}</span>
      <span className="step-figure">{figure}</span>
      {detail !== undefined && <span className="step-detail">{detail}</span>}
    </li>
  );
}
