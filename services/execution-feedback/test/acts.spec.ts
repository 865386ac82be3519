import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  beijingDate,
  measurePlanEnded,
  type Page,
  quarterOf,
  subjectRegistered,
  type TaskStatus,
  type TaskView,
  taskAcknowledged,
  taskArmed,
  taskReturnDecided,
  taskReturned,
  taskStarted,
} from '@lianxin/contracts';
import { PersonalData } from '@lianxin/platform';
import { eventually, principalOf } from '@lianxin/testing';
import type { TaskFactView } from '../src/queue.service.ts';
import { foldFacts } from '../src/task.rules.ts';
import { approverOf, handlerOf, office, World } from './feedback.world.ts';
import { executor, measure, party, planEnded, planMade } from './plan.fixtures.ts';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world?.close());

const handler = handlerOf('CZJ');

async function newTask(over: Parameters<typeof measure>[2] = {}): Promise<TaskView> {
  const [task] = await world.dispatch(planMade([measure('WAGE-01', [executor('CZJ')], over)]), 1);
  if (task === undefined) throw new Error('no task');
  return task;
}

test('a standing measure is acknowledged and started, each step told and kept with who did it', async () => {
  const task = await newTask();
  expect(await world.act(handler, task.id, 'acknowledge')).toMatchObject({ status: 'ACKNOWLEDGED', remainingWorkdays: 10, version: 2 });
  expect(await world.act(handler, task.id, 'start')).toMatchObject({ status: 'IN_EXECUTION', remainingWorkdays: 5, version: 3 });
  const { body } = await world.call<TaskView & { history: TaskFactView[] }>(handler, 'GET', `tasks/${task.id}`);
  expect(body.history.map((fact) => [fact.what, fact.from, fact.to, fact.actor])).toEqual([
    ['DISPATCHED', null, 'DISPATCHED', null],
    ['ACKNOWLEDGED', 'DISPATCHED', 'ACKNOWLEDGED', handler.id],
    ['STARTED', 'ACKNOWLEDGED', 'IN_EXECUTION', handler.id],
  ]);
  const started = await eventually('the start is told', () =>
    world.feeder.eventsOf(taskStarted).find(({ data }) => data.taskId === task.id),
  );
  expect(started.data).toMatchObject({ status: 'IN_EXECUTION', taskVersion: 3, entryIds: [task.bases[0]?.entryId] });
  const acknowledged = world.feeder.eventsOf(taskAcknowledged).find(({ data }) => data.taskId === task.id);
  expect(acknowledged).toMatchObject({ actor: handler.id, key: started.key, data: { onTime: true, dueAt: task.dueAt } });
});

test('a measure on events is armed, and its feedback is due after the quarter', async () => {
  const task = await newTask({ trigger: 'ON_EVENT' });
  expect(await world.act(handler, task.id, 'acknowledge')).toMatchObject({ remainingWorkdays: 5 });
  const armed = await world.act(handler, task.id, 'arm');
  expect(armed.status).toBe('ARMED');
  const nextQuarterMonth = { Q1: '-04-', Q2: '-07-', Q3: '-10-', Q4: '-01-' }[quarterOf(beijingDate(new Date())).slice(4)];
  expect(beijingDate(new Date(Date.parse(armed.dueAt ?? '') - 1))).toContain(nextQuarterMonth);
  await eventually('the arming is told', () => world.feeder.eventsOf(taskArmed).some(({ data }) => data.taskId === task.id));
});

test('a reward is to be started sooner than a restriction is to be executed', async () => {
  const made = planMade([measure('TAXA-01', [executor('CZJ')], { class: 'R01' })], [party()], {
    direction: 'REWARD',
    listCode: 'RL-TAXA',
    listType: 'RED',
  });
  const [task] = await world.dispatch(made, 1);
  expect(await world.act(handler, task?.id ?? '', 'acknowledge')).toMatchObject({ remainingWorkdays: 5 });
});

describe('an act is refused with what is allowed', () => {
  test('a second acknowledgement', async () => {
    const task = await newTask();
    await world.act(handler, task.id, 'acknowledge');
    const answer = await world.call<{ detail: string }>(handler, 'POST', `tasks/${task.id}/acknowledge`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'TRANSITION_NOT_ALLOWED' } });
    expect(answer.body.detail).toContain('start');
  });

  test('arming what is to be executed, starting what is to be armed', async () => {
    const standing = await newTask();
    await world.act(handler, standing.id, 'acknowledge');
    expect(await world.call(handler, 'POST', `tasks/${standing.id}/arm`)).toMatchObject({
      status: 409,
      body: { code: 'ACTION_NOT_FOR_TRIGGER' },
    });
    const onEvent = await newTask({ trigger: 'ON_EVENT' });
    await world.act(handler, onEvent.id, 'acknowledge');
    expect(await world.call(handler, 'POST', `tasks/${onEvent.id}/start`)).toMatchObject({
      status: 409,
      body: { code: 'ACTION_NOT_FOR_TRIGGER' },
    });
  });

  test('on a version that somebody else has changed', async () => {
    const task = await newTask();
    const read = await world.call(handler, 'GET', `tasks/${task.id}`);
    const etag = read.headers.get('etag') ?? '';
    const first = await world.call(handler, 'POST', `tasks/${task.id}/acknowledge`, undefined, { 'if-match': etag });
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"2"']);
    expect(await world.call(handler, 'POST', `tasks/${task.id}/start`, undefined, { 'if-match': etag })).toMatchObject({
      status: 412,
      body: { code: 'STALE' },
    });
  });

  test('without a reason for a return', async () => {
    const task = await newTask();
    expect(await world.call(handler, 'POST', `tasks/${task.id}/return`, {})).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', errors: [{ pointer: '/reason' }] },
    });
  });

  test('by somebody without a role of the department', async () => {
    const task = await newTask();
    for (const principal of [principalOf(['WINDOW_CLERK'], ['CZJ']), principalOf(['AUDITOR'])])
      expect((await world.call(principal, 'POST', `tasks/${task.id}/acknowledge`)).status).toBe(403);
  });
});

test('of acknowledgements at the same moment one counts, the others are told so', async () => {
  const tasks = await Promise.all(Array.from({ length: 6 }, () => newTask()));
  const rivals = [handler, approverOf('CZJ'), handlerOf('CZJ')];
  for (const task of tasks) {
    const answers = await Promise.all(rivals.map((who) => world.call(who, 'POST', `tasks/${task.id}/acknowledge`)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409]);
  }
});

test('an act and the end of the entry at the same moment leave one history', async () => {
  const plans = Array.from({ length: 8 }, () => planMade([measure('WAGE-01', [executor('CZJ')])]));
  const tasks = (await Promise.all(plans.map((made) => world.dispatch(made, 1)))).flat();
  await Promise.all([
    ...plans.map((made) => world.feeder.send(measurePlanEnded, made.subjectId, planEnded(made))),
    ...tasks.map((task) => world.call(handler, 'POST', `tasks/${task.id}/acknowledge`)),
  ]);
  for (const task of tasks) {
    await eventually('it is being lifted', async () => (await world.statusOf(task.id)) === 'LIFTING');
    const { body } = await world.call<{ history: TaskFactView[] }>(handler, 'GET', `tasks/${task.id}`);
    const facts = body.history.map((fact) => ({ version: fact.version, from: fact.from as TaskStatus | null, to: fact.to as TaskStatus }));
    expect(foldFacts(facts)).toBe('LIFTING');
  }
});

test('the same key on a retry gives the same answer and one step', async () => {
  const task = await newTask();
  const key = { 'idempotency-key': `ack-${task.id}` };
  const first = await world.call(handler, 'POST', `tasks/${task.id}/acknowledge`, undefined, key);
  const again = await world.call(handler, 'POST', `tasks/${task.id}/acknowledge`, undefined, key);
  expect([again.status, again.body]).toEqual([200, first.body]);
});

describe('a returned task', () => {
  test('is sent on again when the office refuses, with new deadlines', async () => {
    const task = await newTask();
    expect(await world.act(handler, task.id, 'acknowledge', 'return')).toMatchObject({ status: 'RETURNED' });
    const answer = await world.call<TaskView>(office, 'POST', `tasks/${task.id}/decide-return`, {
      outcome: 'REFUSED',
      detail: '属于本部门职责',
    });
    expect(answer).toMatchObject({ status: 200, body: { status: 'DISPATCHED', remainingWorkdays: 2 } });
    const told = await eventually('the decision is told', () =>
      world.feeder.eventsOf(taskReturnDecided).find(({ data }) => data.taskId === task.id),
    );
    expect(told.data).toMatchObject({ outcome: 'REFUSED', status: 'DISPATCHED', acknowledgeDueAt: answer.body.dueAt });
    expect(world.feeder.eventsOf(taskReturned).find(({ data }) => data.taskId === task.id)?.data.reason).toBe('NOT_OURS');
  });

  test('is not applicable when the office accepts; nothing is due any more, and the end of the entry asks for nothing', async () => {
    const made = planMade([measure('WAGE-01', [executor('CZJ')])]);
    const [task] = await world.dispatch(made, 1);
    const id = task?.id ?? '';
    await world.act(handler, id, 'return');
    const answer = await world.call(office, 'POST', `tasks/${id}/decide-return`, { outcome: 'ACCEPTED', detail: '非其职责' });
    expect(answer).toMatchObject({ status: 200, body: { status: 'NOT_APPLICABLE', dueAt: null } });
    await world.feeder.send(measurePlanEnded, made.subjectId, planEnded(made));
    await eventually('the basis has ended', async () => (await world.tasksOf(made.entryId))[0]?.bases[0]?.status === 'ENDED');
    expect(await world.statusOf(id)).toBe('NOT_APPLICABLE');
  });
});

test('the list filters by state, and closed tasks stand beside open ones', async () => {
  const task = await newTask();
  const entryId = task.bases[0]?.entryId;
  await world.act(handler, task.id, 'return');
  const count = async (query: string) =>
    (await world.call<Page<TaskView>>(handler, 'GET', `tasks?${query}&limit=200`)).body.data.filter((row) => row.id === task.id).length;
  expect(await count('status=RETURNED,LIFTED')).toBe(1);
  expect(await count('status=DISPATCHED')).toBe(0);
  expect(await count(`entryId=${entryId}&status=RETURNED`)).toBe(1);
  expect(await count(`entryId=${entryId}&status=ACKNOWLEDGED`)).toBe(0);
  expect(await count('measureCode=WAGE-99')).toBe(0);
});

test('the tasks of one measure are found in every department that has it, and a department finds its own alone', async () => {
  const departments = ['CZJ', 'FGW', 'SWJ', 'ZJJ'];
  const made = planMade([
    measure(
      'ONLY-01',
      departments.map((code) => executor(code)),
    ),
    measure('ONLY-02', [executor('CZJ')]),
  ]);
  const tasks = await world.dispatch(made, 5);
  const returned = tasks.find((row) => row.measureCode === 'ONLY-01' && row.departmentCode === 'SWJ');
  await world.act(handlerOf('SWJ'), returned?.id ?? '', 'return');
  const found = async (who: typeof office, query: string) => {
    const rows: TaskView[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await world.call<Page<TaskView>>(who, 'GET', `tasks?measureCode=ONLY-01&limit=2${query}${cursor}`);
      rows.push(...body.data);
      if (body.page.nextCursor === null) return rows.map((row) => row.departmentCode).sort();
      cursor = `&cursor=${body.page.nextCursor}`;
    }
  };
  expect(await found(office, '')).toEqual(departments);
  expect(await found(office, '&status=RETURNED')).toEqual(['SWJ']);
  expect(await found(office, '&department=FGW,ZJJ')).toEqual(['FGW', 'ZJJ']);
  expect(await found(handlerOf('FGW'), '')).toEqual(['FGW']);
  expect(await found(handlerOf('RSJ'), '')).toEqual([]);
});

test('the full number of a person is shown to the executing department for a purpose, and that is written down', async () => {
  const seal = new PersonalData(
    world.city.environment['LIANXIN_PERSONAL_DATA_KEYS'] ?? '',
    world.city.environment['LIANXIN_PERSONAL_DATA_HASH_KEY'] ?? '',
  );
  const person = party({ kind: 'PERSON', role: 'LEGAL_REPRESENTATIVE' });
  const idNumber = '320799189901010019';
  await world.feeder.send(subjectRegistered, person.subjectId, {
    subjectId: person.subjectId,
    version: 1,
    kind: 'PERSON',
    organisation: null,
    person: {
      sealed: seal.seal({ name: '王某某', idType: 'ID_CARD', idNumber }),
      idHash: seal.hash('ID_CARD', idNumber),
      nameMasked: '王*某',
      idMasked: '320799********0019',
    },
    regionCode: '320706',
    provisional: true,
  });
  const [task] = await world.dispatch(planMade([measure('WAGE-07', [executor('CZJ')])], [person]), 1);
  const id = task?.id ?? '';
  const seenBy = (who: typeof office) =>
    eventually('the subject copy has come', async () => {
      const { body } = await world.call<TaskView>(who, 'GET', `tasks/${id}`);
      return body.party.name !== null && body.party;
    });
  expect(await seenBy(handler)).toEqual({ kind: 'PERSON', name: '王某某', usccCode: null, idMasked: '320799********0019' });
  expect(await seenBy(office)).toMatchObject({ name: '王*某' });
  // The answer to an act is kept for retries, so it names nobody in clear.
  const acted = await world.call<TaskView>(handler, 'POST', `tasks/${id}/acknowledge`, undefined, { 'idempotency-key': `reveal-${id}` });
  expect(acted.body.party.name).toBe('王*某');
  expect(JSON.stringify(await world.city.query('SELECT body FROM execution_feedback.idempotency_key'))).not.toContain('王某某');
  expect(await world.call(handler, 'POST', `tasks/${id}/reveal`, { field: 'idNumber' })).toMatchObject({ status: 400 });
  const revealed = await world.call(handler, 'POST', `tasks/${id}/reveal`, { field: 'idNumber', purpose: '办理限制登记核对身份' });
  expect(revealed).toMatchObject({ status: 200, body: { value: idNumber } });
  expect(revealed.headers.get('cache-control')).toBe('no-store');
  expect(await world.city.query('SELECT field, purpose, principal_id FROM execution_feedback.reveal_log WHERE task_id = $1', [id])).toEqual(
    [{ field: 'idNumber', purpose: '办理限制登记核对身份', principal_id: handler.id }],
  );
  expect((await world.call(principalOf(['AUDITOR']), 'POST', `tasks/${id}/reveal`, { field: 'idNumber', purpose: '审计' })).status).toBe(
    403,
  );
});
