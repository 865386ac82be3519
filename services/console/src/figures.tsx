import { Skeleton } from 'antd';
import { useState } from 'react';
import { DirectionTag } from './direction.tsx';
import { FigureRows } from './figure-rows.tsx';
import { useTexts, wordOf } from './language.tsx';
import type { Names } from './names.ts';
import { type Figure, useOverview } from './overview.ts';
import { ProblemAlert } from './problem.tsx';

/** What moves while one flag travels; all indicators are in the API (§10.1). */
const shown: ReadonlySet<string> = new Set(['K05', 'K07', 'K11-PUNISH', 'K11-REWARD']);
const isCollected = (figure: Figure) => figure.code.startsWith('K01-');
const typeOfEntries = (figure: Figure) => figure.code.slice('K01-'.length);

/** K01, K05, K07 and K11; each opens the rows that make it (product §0.1 no. 7). */
export function Figures({ names, onFollow }: { readonly names: Names; readonly onFollow: (entryId: string) => void }) {
  const texts = useTexts();
  const overview = useOverview();
  const [opened, setOpened] = useState<Figure>();
  if (overview.isError && overview.data === undefined)
    return <ProblemAlert title={texts.figures.failed} error={overview.error} onRetry={() => void overview.refetch()} />;
  const { data } = overview;
  return (
    <section className="figures" aria-label={texts.figures.title}>
      {data === undefined ? (
        <Skeleton active paragraph={{ rows: 1 }} />
      ) : (
        <>
          <div className="figure figure-entries">
            <span className="figure-name">
              {texts.figures.names.K01}
              <span className="quiet"> · {texts.figures.period(data.period.from, data.period.to)}</span>
            </span>
            <div className="figure-parts">
              {data.entries.filter(isCollected).map((figure) => (
                <FigureButton
                  key={figure.code}
                  figure={figure}
                  unit={texts.figures.units}
                  listType={typeOfEntries(figure)}
                  onOpen={setOpened}
                />
              ))}
            </div>
          </div>
          {data.figures
            .filter((figure) => shown.has(figure.code))
            .map((figure) => (
              <div key={figure.code} className="figure">
                <FigureButton figure={figure} unit={figure.denominator === null ? texts.figures.unit : ''} onOpen={setOpened} isAlone />
              </div>
            ))}
        </>
      )}
      <FigureRows figure={opened} names={names} onClose={() => setOpened(undefined)} onFollow={onFollow} />
    </section>
  );
}

interface FigureButtonProps {
  readonly figure: Figure;
  readonly unit: string;
  readonly listType?: string;
  readonly isAlone?: boolean;
  readonly onOpen: (figure: Figure) => void;
}

function FigureButton({ figure, unit, listType, isAlone = false, onOpen }: FigureButtonProps) {
  const texts = useTexts();
  const name = wordOf(texts.figures.names, figure.code);
  const { denominator, numerator } = figure;
  return (
    <button type="button" className="figure-button" onClick={() => onOpen(figure)} data-figure={figure.code}>
      <span className="figure-name">{listType === undefined ? name : <DirectionTag listType={listType} text={name} />}</span>
      <span className="figure-value">
        <strong>{figure.display}</strong>
        {unit !== '' && <small>{unit}</small>}
      </span>
      <span className="visually-hidden">{texts.figures.show}</span>
      {isAlone && denominator !== null && (
        <span className="quiet">{denominator === 0 ? texts.figures.nothingDue : texts.figures.ofDue(numerator, denominator)}</span>
      )}
    </button>
  );
}
