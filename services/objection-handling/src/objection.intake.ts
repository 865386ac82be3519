import { randomUUIDv7 } from 'node:crypto';
import { maskName, type ObjectionCapacity, type Principal, ProblemError } from '@lianxin/contracts';
import { lockLanes, Outbox } from '@lianxin/messaging';
import { Clock, PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Known } from './disputable.rules.ts';
import { DisputableStore } from './disputable.store.ts';
import { subjectPrincipalPrefix } from './journal-viewer.rules.ts';
import { submittedEvent } from './objection.events.ts';
import { judgeRepeat } from './objection.rules.ts';
import type { SubmitRequest } from './objection.schemas.ts';
import { type ObjectionRow, ObjectionStore } from './objection.store.ts';
import { ObjectionWork } from './objection.work.ts';
import { TimelineStore } from './timeline.store.ts';

/** Takes objections in (R-6-1 – R-6-3): who, about what, where; and whether the same was dismissed before (R-6-12). */
@Injectable()
export class ObjectionIntake {
  constructor(
    private readonly store: ObjectionStore,
    private readonly disputables: DisputableStore,
    private readonly journal: TimelineStore,
    private readonly work: ObjectionWork,
    private readonly outbox: Outbox,
    private readonly personalData: PersonalData,
    private readonly clock: Clock,
  ) {}

  /** @throws ProblemError NOT_FOUND, FORBIDDEN, OBJECTION_NOT_ENTITLED, OBJECTION_DUPLICATE, OBJECTION_OPEN, DATE_IN_FUTURE */
  async submit(tx: Transaction, principal: Principal, request: SubmitRequest): Promise<ObjectionRow> {
    const capacity = entitled(request.capacity);
    assertChannel(principal, request.channel, capacity);
    const receivedOn = request.receivedOn ?? this.clock.today();
    if (receivedOn > this.clock.today()) throw fieldProblem('DATE_IN_FUTURE', '/receivedOn', '收到日期不能晚于今天');
    const target = await this.targetOf(tx, principal, request);
    await lockLanes(tx, [target.subjectKey]);
    const sourceDepartment = await this.sourceOf(tx, target, request.target.taskId);
    const hash = this.applicantHash(principal, capacity, request);
    const earlier = await this.store.acrossDepartments(tx, () => this.store.findByTarget(tx, target.kind, [target.id]));
    const asked = {
      kinds: request.kinds,
      evidence: request.evidence,
      target: { kind: target.kind, taskId: request.target.taskId ?? null },
    };
    const repeat = judgeRepeat(
      asked,
      earlier.map((one) => ({
        id: one.id,
        number: one.number,
        status: one.status,
        outcome: one.decision?.outcome ?? null,
        kinds: one.kinds,
        taskId: one.task_id,
        sameApplicant: one.applicant_hash === hash,
        evidenceHashes: one.evidence.map((file) => file.sha256),
      })),
    );
    if (!repeat.ok) throw new ProblemError(repeat.code, repeat.detail);
    const { applicant, statement } = request;
    const row: ObjectionRow = {
      id: randomUUIDv7(),
      version: 1,
      number: await this.store.nextNumber(tx, Number(receivedOn.slice(0, 4))),
      status: 'SUBMITTED',
      subject_id: target.subjectId,
      subject_key: target.subjectKey,
      target_kind: target.kind,
      target_id: target.id,
      target_number: target.number,
      list_code: target.listCode,
      task_id: request.target.taskId ?? null,
      source_department: sourceDepartment,
      received_by: principal.departments[0] ?? null,
      channel: request.channel,
      capacity,
      kinds: [...new Set(request.kinds)],
      received_on: receivedOn,
      applicant_sealed: this.personalData.sealText(JSON.stringify({ ...applicant, statement })),
      applicant_masked: capacity === 'DEPARTMENT' ? (principal.departments[0] ?? '') : maskName(applicant.name),
      applicant_hash: hash,
      proofs: { identityProof: request.identityProof, authority: request.authority, relationProof: request.relationProof },
      evidence: request.evidence,
      repeat_of: repeat.repeatOf,
      marked_on: null,
      clock_stopped_on: null,
      extended: false,
      proposal: null,
      decision: null,
      answer: null,
      restorations: 0,
    };
    await this.store.insert(tx, row);
    const fact = { objection_id: row.id, version: 1, action: 'SUBMIT' as const, from_status: null, to_status: row.status, detail: {} };
    await this.store.addFact(tx, { ...fact, at: this.clock.now(), actor: principal.id, unit: row.received_by });
    await this.work.clocks(tx, row, 'COMPLETE_MATERIAL', receivedOn);
    await this.outbox.publish(tx, [submittedEvent(row, { actor: principal.id })]);
    return row;
  }

  private async targetOf(tx: Transaction, principal: Principal, request: SubmitRequest): Promise<Known> {
    const { kind, id, number } = request.target;
    const [target, another] = await this.disputables.find(tx, kind, { id, number });
    if (target === undefined || another !== undefined) throw new ProblemError('NOT_FOUND', '没有该记录；请核对编号');
    const isSelf = principal.roles.includes('SUBJECT');
    if (isSelf && principal.id !== subjectPrincipalPrefix + target.subjectId) throw new ProblemError('NOT_FOUND', '没有该记录；请核对编号');
    return target;
  }

  /** The unit whose record it is; of a measure the department that has the task. */
  private async sourceOf(tx: Transaction, target: Known, taskId: string | undefined): Promise<string> {
    if (taskId === undefined) return target.departmentCode;
    const department = await this.store.acrossDepartments(tx, () =>
      this.journal.findTaskDepartment(tx, target.subjectKey, target.id, taskId),
    );
    if (department === undefined) throw new ProblemError('NOT_FOUND', '该名单记录下没有此任务');
    return department;
  }

  /** One applicant is told from another by the keyed hash of the document, or of the name where none was given. */
  private applicantHash(principal: Principal, capacity: ObjectionCapacity, request: SubmitRequest): string {
    const { idType, idNumber, name } = request.applicant;
    if (capacity === 'DEPARTMENT') return this.personalData.hash('DEPARTMENT', principal.departments[0] ?? '');
    return idNumber === undefined ? this.personalData.hash('NAME', name) : this.personalData.hash(idType ?? 'ID', idNumber);
  }
}

/** R-6-1: creditors and whistle-blowers report, they do not object. */
function entitled(capacity: SubmitRequest['capacity']): ObjectionCapacity {
  if (capacity === 'CREDITOR' || capacity === 'WHISTLEBLOWER')
    throw fieldProblem('OBJECTION_NOT_ENTITLED', '/capacity', '债权人、举报人不是异议申请人，可向认定单位举报（R-6-1）');
  return capacity;
}

/** R-6-3: a window takes in at the window, a department at its own counter, the office what comes by 信用中国 or the platform. */
function assertChannel(principal: Principal, channel: SubmitRequest['channel'], capacity: ObjectionCapacity): void {
  const refuse = (detail: string) => fieldProblem('FORBIDDEN', '/channel', detail);
  const is = (...roles: Principal['roles']) => principal.roles.some((role) => roles.includes(role));
  if (is('SUBJECT') && (channel !== 'PLATFORM' || capacity !== 'SUBJECT')) throw refuse('本人登录后以本人身份在平台提出');
  if (is('WINDOW_CLERK') && !is('DEPT_HANDLER') && channel !== 'WINDOW') throw refuse('窗口受理的渠道为 WINDOW');
  if (is('DEPT_HANDLER', 'DEPT_APPROVER') && channel !== 'DEPARTMENT' && !(is('WINDOW_CLERK') && channel === 'WINDOW'))
    throw refuse('部门受理的渠道为 DEPARTMENT');
  if (capacity === 'DEPARTMENT' && !is('DEPT_HANDLER', 'DEPT_APPROVER'))
    throw fieldProblem('FORBIDDEN', '/capacity', '只有部门可以部门身份提出');
}

function fieldProblem(code: 'FORBIDDEN' | 'OBJECTION_NOT_ENTITLED' | 'DATE_IN_FUTURE', pointer: string, detail: string): ProblemError {
  return new ProblemError(code, detail, [{ pointer, code, detail }]);
}
