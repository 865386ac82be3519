import type { TaskView } from '@lianxin/contracts';
import { useQuery } from '@tanstack/react-query';
import { Drawer, Skeleton } from 'antd';
import type { Journey } from './journey.rules.ts';
import { stageOf } from './journey.rules.ts';
import { useTexts } from './language.tsx';
import { maxTasks } from './live.ts';
import type { MeasureNames, Names } from './names.ts';
import { ProblemAlert } from './problem.tsx';
import { useSession } from './session.tsx';
import { TaskCard } from './task-card.tsx';

interface ShareDrawerProps {
  readonly journey: Journey;
  readonly departmentCode: string | undefined;
  readonly names: Names;
  readonly measures: MeasureNames;
  readonly onClose: () => void;
}

/** What one department has to do about a flag, and why; its own people act here. */
export function ShareDrawer({ journey, departmentCode, names, measures, onClose }: ShareDrawerProps) {
  const texts = useTexts();
  const { caller } = useSession();
  const { entryId } = journey;
  const tasks = useQuery({
    queryKey: ['share', caller.api.apiKey, entryId, departmentCode],
    queryFn: ({ signal }) =>
      caller.api.all<TaskView>(`/api/v1/tasks?entryId=${entryId}&department=${departmentCode ?? ''}`, maxTasks, signal),
    enabled: departmentCode !== undefined,
  });
  const notices = Object.values(journey.notices).filter((notice) => notice.departmentCode === departmentCode);
  const isOwn = caller.department === departmentCode;
  return (
    <Drawer
      open={departmentCode !== undefined}
      onClose={onClose}
      title={texts.task.title(departmentCode === undefined ? '' : names.department(departmentCode))}
      size="min(640px, 100vw)"
      destroyOnHidden
    >
      {tasks.isError && <ProblemAlert title={texts.road.failed} error={tasks.error} onRetry={() => void tasks.refetch()} />}
      {tasks.isPending && departmentCode !== undefined && <Skeleton active />}
      {tasks.isSuccess && tasks.data.length > 0 && !isOwn && <p className="quiet">{texts.task.notOwn}</p>}
      <ul className="task-cards">
        {tasks.data?.map((task) => (
          <li key={task.id}>
            <TaskCard
              task={task}
              stage={stageOf(task, journey.answers[task.id])}
              names={names}
              measureName={measures.measure(task.measureCode)}
              canAct={isOwn}
            />
          </li>
        ))}
      </ul>
      {notices.length > 0 && (
        <section className="notices">
          <h3>{texts.task.noticesTitle}</h3>
          <p className="quiet">{texts.task.noticesAbout}</p>
          <ul>
            {notices.map((notice) => (
              <li key={notice.id}>{measures.measure(notice.measureCode)}</li>
            ))}
          </ul>
        </section>
      )}
    </Drawer>
  );
}
