import { Button, Segmented, Skeleton } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { DemoActions } from './demo-actions.tsx';
import { Departments } from './departments.tsx';
import { EmptyState } from './empty-state.tsx';
import { Figures } from './figures.tsx';
import { FlowChart } from './flow-chart.tsx';
import { DemoBanner, Header } from './header.tsx';
import { type Journey, progressOf, sharesOf } from './journey.rules.ts';
import { useTexts } from './language.tsx';
import { LatestFlags } from './latest-flags.tsx';
import { maxTasks, useLive } from './live.ts';
import { type Names, useMeasureNames, useNames } from './names.ts';
import { ProblemAlert } from './problem.tsx';
import { RoadHead, RoadSteps } from './road.tsx';
import { useSession } from './session.tsx';
import { ShareDrawer } from './share-drawer.tsx';
import { StatesChart } from './states-chart.tsx';
import { TaskTable } from './task-table.tsx';
import { Ticker } from './ticker.tsx';
import { setUrl, useUrl } from './url-state.ts';

/** One flag on its road, and what happens around it. */
export function LivePage() {
  const texts = useTexts();
  const { caller, demoKeys } = useSession();
  const names = useNames();
  const watched = useUrl().entry ?? undefined;
  const live = useLive(caller, watched);
  const { latest, shown: journey } = live;
  const newest = latest[0]?.entryId;
  // Without a choice the page shows the newest there is, and stays with it: what others add must not carry a reader away (product §C).
  useEffect(() => {
    if (watched === undefined && newest !== undefined) follow(newest);
  }, [watched, newest]);
  const measures = useMeasureNames(journey?.label.listCode === '' ? undefined : journey?.label.listCode);
  const newer = latest.findIndex((one) => one.entryId === journey?.entryId);
  const likelyDepartment = journey === undefined ? undefined : Object.values(journey.tasks)[0]?.departmentCode;
  return (
    <>
      <a className="skip-link" href="#road">
        {texts.skipToRoad}
      </a>
      {demoKeys !== undefined && <DemoBanner />}
      <Header stream={live.stream} names={names} likelyDepartment={likelyDepartment} />
      <main className="page">
        {caller.kind !== 'CREDIT_OFFICE' && <p className="quiet">{texts.roles.about[caller.kind]}</p>}
        <Figures names={names} onFollow={follow} />
        <div className="columns">
          <section className="card road" id="road" tabIndex={-1} aria-label={texts.road.title} data-entry={journey?.entryId}>
            <div className="road-bar">
              {journey === undefined ? <span /> : <RoadHead journey={journey} names={names} />}
              <div className="road-actions">
                {newer > 0 && newest !== undefined && (
                  <Button size="small" type="link" onClick={() => follow(newest)}>
                    {texts.road.newer(newer)}
                  </Button>
                )}
                <DemoActions journey={journey} names={names} onInjected={follow} />
              </div>
            </div>
            {live.problem !== null && <ProblemAlert title={texts.road.failed} error={live.problem} />}
            {journey === undefined ? (
              live.isLoaded ? (
                <EmptyState
                  what={texts.road.empty.what}
                  why={texts.road.empty.why}
                  next={demoKeys === undefined ? texts.road.empty.next : texts.road.empty.nextDemo}
                />
              ) : (
                <Skeleton active paragraph={{ rows: 6 }} />
              )
            ) : (
              <Road journey={journey} names={names} own={caller.department} />
            )}
          </section>
          <aside className="side">
            <LatestFlags latest={latest} watched={journey?.entryId} names={names} onFollow={follow} />
            <Ticker lines={live.lines} names={names} measures={measures} onFollow={follow} />
            <StatesChart names={names} onFollow={follow} />
          </aside>
        </div>
      </main>
    </>
  );
}

/** The address says which flag is watched. */
const follow = (entryId: string) => setUrl({ entry: entryId });

type View = 'DEPARTMENTS' | 'FLOW' | 'TABLE';

function Road({ journey, names, own }: { readonly journey: Journey; readonly names: Names; readonly own: string | null }) {
  const texts = useTexts();
  const [view, setView] = useState<View>('DEPARTMENTS');
  const [opened, setOpened] = useState<string>();
  const measures = useMeasureNames(journey.label.listCode === '' ? undefined : journey.label.listCode);
  const shares = useMemo(() => sharesOf(journey, names.departmentOrder), [journey, names.departmentOrder]);
  const progress = progressOf(journey);
  const announcement = useSettled(
    texts.road.announce(journey.label.number, progress.departments, progress.tasks, progress.signed, progress.answered),
  );
  return (
    <>
      <RoadSteps journey={journey} />
      <p className="visually-hidden" role="status" data-testid="announcement">
        {announcement}
      </p>
      <div className="road-view">
        <Segmented<View>
          size="small"
          aria-label={texts.views.label}
          options={(['DEPARTMENTS', 'FLOW', 'TABLE'] as const).map((value) => ({ value, label: texts.views[value] }))}
          value={view}
          onChange={setView}
        />
        {progress.tasks >= maxTasks && <span className="quiet">{texts.road.limited(maxTasks)}</span>}
      </div>
      {view === 'DEPARTMENTS' && <Departments shares={shares} names={names} own={own} onOpen={setOpened} />}
      {view === 'FLOW' && <FlowChart listCode={journey.label.listCode} shares={shares} names={names} measures={measures} />}
      {view === 'TABLE' && <TaskTable shares={shares} names={names} measures={measures} />}
      <ShareDrawer journey={journey} departmentCode={opened} names={names} measures={measures} onClose={() => setOpened(undefined)} />
    </>
  );
}

/** So long a text must stand before it is announced: nobody can listen to every step of a burst. */
const settleMs = 1_500;

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
