import { DirectionTag, directionOf } from './direction.tsx';
import { type Journey, progressOf } from './journey.rules.ts';
import { minuteOf, useTexts } from './language.tsx';
import type { Names } from './names.ts';

interface LatestFlagsProps {
  readonly latest: readonly Journey[];
  readonly watched: string | undefined;
  readonly names: Names;
  readonly onFollow: (entryId: string) => void;
}

const shown = 6;

/** The latest flags that the caller may see; new ones of others come to the top of this list and move nothing else. */
export function LatestFlags({ latest, watched, names, onFollow }: LatestFlagsProps) {
  const texts = useTexts();
  return (
    <section className="card latest" aria-labelledby="latest-title">
      <div className="card-head">
        <h2 id="latest-title">{texts.road.latest}</h2>
      </div>
      <ul>
        {latest.slice(0, shown).map((journey) => {
          const { label, entry, entryId } = journey;
          const listType = entry?.listType ?? names.listType(label.listCode);
          const progress = progressOf(journey);
          return (
            <li key={entryId}>
              <button
                type="button"
                className={`latest-flag latest-${directionOf(listType).toLowerCase()}`}
                aria-current={entryId === watched}
                onClick={() => onFollow(entryId)}
              >
                <span className="latest-name" lang="zh-CN">
                  {label.subjectName ?? label.number}
                </span>
                <span className="latest-facts">
                  <DirectionTag listType={listType} />
                  <span className="quiet">{entry?.activatedAt != null ? minuteOf(entry.activatedAt) : label.number}</span>
                  {progress.tasks > 0 && <span className="quiet">{texts.road.ofTasks(progress.signed, progress.tasks)}</span>}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
