import { DirectionTag } from './direction.tsx';
import type { Journey } from './journey.rules.ts';
import { useTexts } from './language.tsx';
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
          return (
            <li key={entryId}>
              <button
                type="button"
                className="latest-flag"
                aria-current={entryId === watched}
                onClick={() => onFollow(entryId)}
                title={names.list(label.listCode)}
              >
                <DirectionTag listType={entry?.listType ?? names.listType(label.listCode)} />
                <span className="latest-name" lang="zh-CN">
                  {label.subjectName ?? label.number}
                </span>
                <span className="quiet">{label.number.slice(-6)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
