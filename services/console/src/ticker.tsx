import { EmptyState } from './empty-state.tsx';
import type { HeardType } from './event.rules.ts';
import type { Stage } from './journey.rules.ts';
import { timeOf, useTexts } from './language.tsx';
import { Mark } from './mark.tsx';
import type { MeasureNames, Names } from './names.ts';
import type { TickerLine } from './ticker.rules.ts';

/** The mark that an event brings about; none for what happens to entries and plans. */
const stageOfType: Partial<Record<HeardType, Stage>> = {
  'lianxin.task.dispatched.v1': 'WAITING',
  'lianxin.task.held.v1': 'HELD',
  'lianxin.task.lifting.v1': 'LIFTING',
  'lianxin.task.acknowledged.v1': 'SIGNED',
  'lianxin.task.returned.v1': 'RETURNED',
  'lianxin.task.started.v1': 'WORKING',
  'lianxin.task.armed.v1': 'ARMED',
  'lianxin.task.lifted.v1': 'LIFTED',
  'lianxin.feedback.submitted.v1': 'PENDING',
  'lianxin.feedback.approved.v1': 'ANSWERED',
  'lianxin.feedback.rejected.v1': 'RETURNED',
};

interface TickerProps {
  readonly lines: readonly TickerLine[];
  readonly names: Names;
  readonly measures: MeasureNames;
  readonly onFollow: (entryId: string) => void;
}

/** What happens, newest first. It is no live region: a burst of forty lines would drown everything else; the road announces its counts. */
export function Ticker({ lines, names, measures, onFollow }: TickerProps) {
  const texts = useTexts();
  return (
    <section className="card ticker" aria-labelledby="ticker-title">
      <div className="card-head">
        <h2 id="ticker-title">{texts.ticker.title}</h2>
      </div>
      {lines.length === 0 ? (
        <EmptyState {...texts.ticker.empty} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <ol className="ticker-lines" tabIndex={0} aria-labelledby="ticker-title">
          {lines.map((line) => {
            const stage = stageOfType[line.type];
            const { entryId } = line;
            return (
              <li key={line.id} data-type={line.type}>
                <time dateTime={line.at}>{timeOf(line.at)}</time>
                <span className="ticker-mark">
                  {stage === undefined ? <span className="ticker-square" aria-hidden="true" /> : <Mark stage={stage} />}
                </span>
                <span className="ticker-text">
                  {entryId === undefined ? (
                    sentenceOf(line, names, texts)
                  ) : (
                    <button type="button" className="link" onClick={() => onFollow(entryId)}>
                      {sentenceOf(line, names, texts)}
                    </button>
                  )}
                  {line.measureCode !== '' && <span className="quiet"> {measures.measure(line.measureCode)}</span>}
                </span>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

function sentenceOf(line: TickerLine, names: Names, { ticker }: ReturnType<typeof useTexts>): string {
  const department = names.department(line.departmentCode);
  const { number, tasks } = line;
  const sentences: Readonly<Record<HeardType, () => string>> = {
    'lianxin.list_entry.received.v1': () => ticker.received(number),
    'lianxin.list_entry.activated.v1': () => ticker.activated(department, names.list(line.listCode), number),
    'lianxin.list_entry.suspended.v1': () => ticker.suspended(number),
    'lianxin.list_entry.resumed.v1': () => ticker.resumed(number),
    'lianxin.list_entry.exited.v1': () => ticker.exited(number),
    'lianxin.measure_plan.made.v1': () => ticker.planned(number, line.measures),
    'lianxin.measure_plan.held.v1': () => ticker.planHeld(number),
    'lianxin.measure_plan.released.v1': () => ticker.planReleased(number),
    'lianxin.measure_plan.ended.v1': () => ticker.planEnded(number),
    'lianxin.task.dispatched.v1': () => ticker.dispatched(tasks, line.departments),
    'lianxin.task.held.v1': () => ticker.held(tasks),
    'lianxin.task.released.v1': () => ticker.released(tasks),
    'lianxin.task.lifting.v1': () => ticker.lifting(tasks),
    'lianxin.task.acknowledged.v1': () => ticker.acknowledged(department),
    'lianxin.task.returned.v1': () => ticker.returned(department),
    'lianxin.task.return_decided.v1': () => ticker.returnDecided(department),
    'lianxin.task.started.v1': () => ticker.started(department),
    'lianxin.task.armed.v1': () => ticker.armed(department),
    'lianxin.task.lifted.v1': () => ticker.lifted(department),
    'lianxin.feedback.submitted.v1': () => ticker.submitted(department),
    'lianxin.feedback.approved.v1': () => ticker.approved(department),
    'lianxin.feedback.rejected.v1': () => ticker.rejected(department),
    'lianxin.case.recorded.v1': () => ticker.caseRecorded(department),
  };
  return sentences[line.type]();
}
