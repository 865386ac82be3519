import { type DepartmentShare, type Stage, stages } from './journey.rules.ts';
import { useTexts } from './language.tsx';
import { Mark } from './mark.tsx';
import type { Names } from './names.ts';

/** More marks than this in one tile would be a pattern, not a picture. */
const maxMarks = 18;

interface DepartmentsProps {
  readonly shares: readonly DepartmentShare[];
  readonly names: Names;
  /** The caller's own department, if it has one. */
  readonly own: string | null;
  readonly onOpen: (departmentCode: string) => void;
}

/** Departments on the bus that comes from the plan; their marks turn as acknowledgements and feedback land. */
export function Departments({ shares, names, own, onOpen }: DepartmentsProps) {
  const texts = useTexts();
  const withTasks = shares.filter((share) => share.tasks.length > 0);
  const noticed = shares.filter((share) => share.tasks.length === 0);
  return (
    <>
      <ul className="tiles" aria-label={texts.views.DEPARTMENTS}>
        {withTasks.map((share, place) => (
          <li key={share.departmentCode} className={`tile-place tile-${toneOf(share)}`} style={{ '--place': place } as React.CSSProperties}>
            <Tile share={share} name={names.department(share.departmentCode)} isOwn={share.departmentCode === own} onOpen={onOpen} />
          </li>
        ))}
      </ul>
      {noticed.length > 0 && (
        <p className="noticed">
          <span className="quiet">{texts.departments.onlyNotices}：</span>
          {noticed.map((share) => (
            <button type="button" key={share.departmentCode} className="chip" onClick={() => onOpen(share.departmentCode)}>
              {names.department(share.departmentCode)}
              <small>{texts.departments.notices(share.notices.length)}</small>
            </button>
          ))}
        </p>
      )}
      <Legend />
    </>
  );
}

/** How far a department is as a whole. */
function toneOf(share: DepartmentShare): 'waiting' | 'moving' | 'done' | 'over' {
  const done = (stage: Stage) => stage === 'ANSWERED';
  const over = (stage: Stage) => stage === 'LIFTED' || stage === 'OFF';
  if (share.tasks.every(({ stage }) => over(stage))) return 'over';
  if (share.tasks.every(({ stage }) => done(stage) || over(stage))) return 'done';
  return share.tasks.every(({ stage }) => stage === 'WAITING') ? 'waiting' : 'moving';
}

/** `待签收 2 · 已签收 1` */
export function useSummary(): (share: DepartmentShare) => string {
  const texts = useTexts();
  return (share) => {
    const parts = countStages(share).map(({ stage, count }) => `${texts.stages[stage]} ${count}`);
    return parts.length === 0 ? texts.departments.onlyNotices : parts.join(' · ');
  };
}

function countStages(share: DepartmentShare): { stage: Stage; count: number }[] {
  return stages
    .map((stage) => ({ stage, count: share.tasks.filter((one) => one.stage === stage).length }))
    .filter(({ count }) => count > 0);
}

/** Without what the name adds in brackets at its end. */
const shortNameOf = (name: string) => name.replace(/\s*[（(][^（(]*[）)]$/, '');

interface TileProps {
  readonly share: DepartmentShare;
  readonly name: string;
  readonly isOwn: boolean;
  readonly onOpen: (departmentCode: string) => void;
}

function Tile({ share, name, isOwn, onOpen }: TileProps) {
  const texts = useTexts();
  const summary = useSummary()(share);
  const marks = share.tasks.slice(0, maxMarks);
  return (
    <button
      type="button"
      className={`tile${isOwn ? ' tile-own' : ''}`}
      onClick={() => onOpen(share.departmentCode)}
      data-department={share.departmentCode}
    >
      <span className="tile-name" title={name}>
        {shortNameOf(name)}
      </span>
      <span className="tile-marks">
        {marks.map(({ task, stage }) => (
          <span key={`${task.id}-${stage}`} className="tile-mark" data-stage={stage}>
            <Mark stage={stage} />
          </span>
        ))}
        {share.tasks.length > marks.length && <small>+{share.tasks.length - marks.length}</small>}
        <span className="tile-summary">{summary}</span>
        <span className="visually-hidden">{texts.departments.show}</span>
      </span>
    </button>
  );
}

const shownInLegend: readonly Stage[] = [
  'WAITING',
  'SIGNED',
  'WORKING',
  'ARMED',
  'PENDING',
  'ANSWERED',
  'RETURNED',
  'HELD',
  'LIFTING',
  'LIFTED',
];

function Legend() {
  const texts = useTexts();
  return (
    <ul className="legend" aria-label={texts.departments.legend}>
      {shownInLegend.map((stage) => (
        <li key={stage}>
          <Mark stage={stage} withText />
        </li>
      ))}
    </ul>
  );
}
