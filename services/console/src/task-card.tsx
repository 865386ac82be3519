import type { TaskView } from '@lianxin/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input, Space } from 'antd';
import { useState } from 'react';
import { FeedbackForm } from './feedback-form.tsx';
import { CopyableId } from './figure-rows.tsx';
import type { Stage } from './journey.rules.ts';
import { dueDayOf, minuteOf, useTexts, wordOf } from './language.tsx';
import { Mark } from './mark.tsx';
import type { Names } from './names.ts';
import { ProblemText } from './problem.tsx';
import { useSession } from './session.tsx';

interface TaskCardProps {
  readonly task: TaskView;
  readonly stage: Stage;
  readonly names: Names;
  readonly measureName: string;
  /** The caller belongs to the department. */
  readonly canAct: boolean;
}

/** One task: what, how far, until when, why, and what its department may do next. */
export function TaskCard({ task, stage, names, measureName, canAct }: TaskCardProps) {
  const texts = useTexts();
  return (
    <article className="task-card" data-task={task.id} data-stage={stage}>
      <header>
        <h3>{measureName}</h3>
        <Mark stage={stage} withText />
      </header>
      <p className="task-facts">
        <span>{texts.taskRoles[task.role]}</span>
        <span>{texts.triggers[task.trigger]}</span>
        <span>{wordOf(texts.partyRoles, task.partyRole)}</span>
        {task.party.name !== null && <span lang="zh-CN">{task.party.name}</span>}
        <span className={task.overdue ? 'overdue' : undefined}>
          {task.dueAt === null ? texts.task.noDue : texts.task.due(dueDayOf(task.dueAt), task.remainingWorkdays)}
        </span>
        {task.bases.length > 1 && <span>{texts.task.bases(task.bases.length)}</span>}
      </p>
      <details>
        <summary>{texts.task.why}</summary>
        <p lang="zh-CN">{task.explanation.textZh}</p>
        <ul>
          {task.explanation.clauses.map((clause) => (
            <li key={`${clause.document} ${clause.article ?? ''}`}>
              <span lang="zh-CN">
                {clause.document}
                {clause.article ?? ''}
              </span>
              {!clause.verified && <span className="quiet"> （{texts.task.unverified}）</span>}
            </li>
          ))}
        </ul>
        <p className="quiet">
          {texts.task.rule(task.explanation.rule)} · {texts.task.designatedBy(names.department(task.explanation.designatingDepartment))}
        </p>
      </details>
      <footer>
        <span className="quiet">
          {texts.task.id} <CopyableId id={task.id} />
        </span>
        {canAct && <TaskActs task={task} />}
      </footer>
    </article>
  );
}

/** The acts that the state allows to this caller (§4.3); the server decides again. */
function TaskActs({ task }: { readonly task: TaskView }) {
  const texts = useTexts();
  const { caller } = useSession();
  const queries = useQueryClient();
  const { message, notification } = App.useApp();
  const [isBusy, setBusy] = useState(false);
  const [isAnswering, setAnswering] = useState(false);
  const act = async (path: string, body: unknown = {}) => {
    setBusy(true);
    try {
      await caller.api.post(path, body);
      void message.success(texts.task.done);
      setAnswering(false);
    } catch (error) {
      notification.warning({ title: texts.task.failed, description: <ProblemText error={error as Error} /> });
    } finally {
      setBusy(false);
      await queries.invalidateQueries({
        predicate: ({ queryKey: [name] }) => name === 'share' || name === 'journey' || name === 'pending',
      });
    }
  };
  if (caller.kind === 'APPROVER') return <Decision task={task} isBusy={isBusy} act={act} />;
  const path = `/api/v1/tasks/${task.id}`;
  const canAnswer = task.status === 'IN_EXECUTION' || task.status === 'ARMED' || task.status === 'LIFTING';
  if (isAnswering)
    return (
      <FeedbackForm
        task={task}
        isBusy={isBusy}
        onSend={(request) => act(`${path}/feedback`, request)}
        onCancel={() => setAnswering(false)}
      />
    );
  return (
    <Space>
      {task.status === 'DISPATCHED' && (
        <Button type="primary" size="small" loading={isBusy} onClick={() => void act(`${path}/acknowledge`)}>
          {texts.task.acknowledge}
        </Button>
      )}
      {task.status === 'ACKNOWLEDGED' && (
        <Button
          type="primary"
          size="small"
          loading={isBusy}
          onClick={() => void act(`${path}/${task.trigger === 'ON_EVENT' ? 'arm' : 'start'}`)}
        >
          {task.trigger === 'ON_EVENT' ? texts.task.arm : texts.task.start}
        </Button>
      )}
      {canAnswer && (
        <Button type="primary" size="small" onClick={() => setAnswering(true)}>
          {texts.task.feedback}
        </Button>
      )}
    </Space>
  );
}

interface PendingFeedback {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly submittedAt: string;
}

/** The second person of the department decides on what waits. */
function Decision({
  task,
  isBusy,
  act,
}: {
  readonly task: TaskView;
  readonly isBusy: boolean;
  readonly act: (path: string, body?: unknown) => Promise<void>;
}) {
  const texts = useTexts();
  const { api } = useSession().caller;
  const [reason, setReason] = useState<string>();
  const pending = useQuery({
    queryKey: ['pending', api.apiKey, task.id, task.version],
    queryFn: ({ signal }) => api.get<{ data: PendingFeedback[] }>(`/api/v1/tasks/${task.id}/feedback`, signal),
  });
  const waiting = pending.data?.data.filter((one) => one.status === 'PENDING') ?? [];
  return (
    <div className="decisions">
      {waiting.map((one) => (
        <div key={one.id} className="decision">
          <p>{texts.task.pendingOf(wordOf(texts.form.kinds, one.kind), minuteOf(one.submittedAt))}</p>
          {reason !== undefined && (
            <Input.TextArea
              aria-label={texts.task.rejectReason}
              placeholder={texts.task.rejectReason}
              value={reason}
              maxLength={2000}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
          <Space>
            <Button type="primary" size="small" loading={isBusy} onClick={() => void act(`/api/v1/feedback/${one.id}/approve`)}>
              {texts.task.approve}
            </Button>
            <Button
              size="small"
              disabled={isBusy || reason?.trim() === ''}
              onClick={() => {
                if (reason === undefined) setReason('');
                else void act(`/api/v1/feedback/${one.id}/reject`, { reason: reason.trim() }).then(() => setReason(undefined));
              }}
            >
              {texts.task.reject}
            </Button>
          </Space>
        </div>
      ))}
    </div>
  );
}
