import type { FeedbackKind, FeedbackRequest, TaskView } from '@lianxin/contracts';
import { beijingDate } from '@lianxin/contracts/calendar-date';
import { Api } from './api.ts';
import { type DemoKeys, keyNameOf } from './session.tsx';

/** Between two acts, so that an eye can follow them. */
const paceMs = 150;
/** The smallest file that is a PDF: evidence of the example. */
const evidence = new Blob(['%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n'], { type: 'application/pdf' });

/**
 * Walks one flag through its departments with their demo keys: each signs, starts or arms, answers, and its approver approves. Every act is a call that a
 * department would make; nothing is shown that did not happen.
 * @param onDepartment told before each department acts.
 * @throws ApiProblem at the first refusal.
 */
export async function playDepartments(
  { keys, language, tasks }: { readonly keys: DemoKeys; readonly language: string; readonly tasks: readonly TaskView[] },
  onDepartment: (departmentCode: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const task of tasks) {
    if (signal.aborted) return;
    const [handlerKey, approverKey] = [
      keys[keyNameOf('DEPARTMENT', task.departmentCode)],
      keys[keyNameOf('APPROVER', task.departmentCode)],
    ];
    // A county's copy of a department has no demo key.
    if (handlerKey === undefined || approverKey === undefined) continue;
    onDepartment(task.departmentCode);
    await playTask(task, { handler: new Api(handlerKey, language), approver: new Api(approverKey, language) }, signal);
  }
}

async function playTask(task: TaskView, { handler, approver }: { handler: Api; approver: Api }, signal: AbortSignal): Promise<void> {
  let { status } = task;
  const act = async (name: string) => {
    ({ status } = await handler.post<TaskView>(`/api/v1/tasks/${task.id}/${name}`, {}));
    await pause(signal);
  };
  if (status === 'DISPATCHED') await act('acknowledge');
  if (status === 'ACKNOWLEDGED' && !signal.aborted) await act(task.trigger === 'ON_EVENT' ? 'arm' : 'start');
  const kind = answerOf(status);
  if (kind === undefined || signal.aborted) return;
  const known = await handler.get<{ data: { id: string; status: string; cycle: number }[] }>(`/api/v1/tasks/${task.id}/feedback`);
  const current = known.data.find((one) => one.cycle === task.cycle && one.status !== 'REJECTED');
  if (current?.status === 'VALID') return;
  const id =
    current?.id ?? (await handler.post<{ id: string }>(`/api/v1/tasks/${task.id}/feedback`, await requestOf(kind, task, handler))).id;
  await pause(signal);
  if (kind === 'LIFTED' || signal.aborted) return;
  await approver.post(`/api/v1/feedback/${id}/approve`, {});
  await pause(signal);
}

/** Nothing has tripped an armed measure in so short a time; one under execution is reported as applied. */
function answerOf(status: string): FeedbackKind | undefined {
  if (status === 'ARMED') return 'ZERO';
  if (status === 'IN_EXECUTION') return 'APPLIED';
  return status === 'LIFTING' ? 'LIFTED' : undefined;
}

/** Texts of the example are data, in Chinese as a department would write them. */
async function requestOf(kind: FeedbackKind, task: TaskView, handler: Api): Promise<FeedbackRequest> {
  if (kind === 'ZERO') return { kind, remark: '（演示）本周期无触发', evidenceIds: [] };
  if (kind === 'LIFTED') return { kind, measureApplied: '（演示）已解除', evidenceIds: [] };
  const file = await handler.post<{ id: string }>('/api/v1/files', evidence);
  const today = beijingDate(new Date());
  return {
    kind,
    measureApplied: `（演示）${task.measureNameZh}`.slice(0, 500),
    appliedOn: today,
    documentNo: `示例办〔${today.slice(0, 4)}〕${task.id.slice(-6).toUpperCase()}号`,
    evidenceIds: [file.id],
  };
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, paceMs);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
