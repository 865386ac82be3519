import { randomUUIDv7 } from 'node:crypto';
import {
  type CatalogueMatter,
  type CheckAnswer,
  type CheckRequest,
  type FieldProblem,
  type Page,
  type Principal,
  ProblemError,
} from '@lianxin/contracts';
import { renderPaperToBuffer } from '@lianxin/documents';
import { Clock, Database, decodeCursor, Metrics, pageOf, ServiceContext, sqlStateOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { z } from 'zod';
import { CatalogueCopy } from './catalogue.copy.ts';
import { CheckRecorder } from './check.recorder.ts';
import { type CheckRow, CheckStore } from './check.store.ts';
import { type AskedCheck, answerOf } from './check.work.ts';
import { withAnswers } from './check-feedback.service.ts';
import { CheckSettings } from './config.ts';
import { type AskedIdentity, readIdentifier } from './query.rules.ts';
import { slipPaperOf } from './slip.paper.ts';
import { CheckSpool } from './spool.ts';

const cursorSchema = z.tuple([z.uuid()]);

export interface CheckFilter {
  readonly matterCode?: string | undefined;
  readonly caseNo?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Window checks (R-4-14): answered from the read model, recorded before they are answered, registered and made up for while a part is down. */
@Injectable()
export class CheckService {
  private readonly degraded: Counter;

  constructor(
    private readonly recorder: CheckRecorder,
    private readonly catalogue: CatalogueCopy,
    private readonly database: Database,
    private readonly checks: CheckStore,
    private readonly spool: CheckSpool,
    private readonly settings: CheckSettings,
    private readonly clock: Clock,
    private readonly context: ServiceContext,
    metrics: Metrics,
  ) {
    this.degraded = new Counter({
      name: 'lx_check_degraded_total',
      help: 'Checks answered as registered because a part was down or too slow',
      registers: [metrics.registry],
    });
  }

  /**
   * @throws ProblemError VALIDATION_FAILED, IDENTIFIER_REQUIRED, USCC_INVALID, ID_NUMBER_INVALID with the field; MATTER_UNKNOWN; FORBIDDEN for another
   * department's matter; IDEMPOTENCY_KEY_REUSED; UNAVAILABLE when it cannot even be registered.
   */
  async check(
    principal: Principal,
    request: CheckRequest,
    idempotency: { key: string | undefined; fingerprint: string },
  ): Promise<{ answer: CheckAnswer; replayed: boolean }> {
    const identities = this.readIdentities(request);
    if (this.catalogue.isEmpty()) await this.database.consumerTransaction((tx) => this.catalogue.refresh(tx)).catch(() => undefined);
    const matter = this.getMatter(request, principal);
    const departmentCode = departmentOf(principal, request, matter);
    const askedAt = this.clock.now();
    const asked: AskedCheck = {
      id: randomUUIDv7(),
      request,
      identities,
      matter,
      principal,
      departmentCode,
      idempotencyKey: idempotency.key,
      fingerprint: idempotency.fingerprint,
      askedAt,
      backCheckOf: null,
    };
    try {
      return await withinTime(this.recorder.record(asked), this.settings.timeoutMs);
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      this.context.logger.warn({ state: sqlStateOf(error), name: (error as Error).name }, 'a check is answered as registered');
      return { answer: await this.register(asked), replayed: false };
    }
  }

  /**
   * By the id of a registered check: the one that made up for it, once there is one.
   * @throws ProblemError NOT_FOUND, also for a check of another department.
   */
  async get(principal: Principal, id: string): Promise<CheckAnswer> {
    return this.database.transaction(principal, async (tx) => {
      const row = (await this.checks.find(tx, id)) ?? (await this.checks.findMadeUpFor(tx, id));
      if (row === undefined) throw new ProblemError('NOT_FOUND', '没有该核查记录，尚未补查，或不属于本部门');
      return answerOf(withAnswers(row, await this.checks.findDecisions(tx, row.id)));
    });
  }

  /**
   * The slip of a check on paper, as it was answered and decided.
   * @throws ProblemError NOT_FOUND, also for a check of another department.
   */
  async slip(principal: Principal, id: string): Promise<{ number: string; pdf: Buffer }> {
    const row = await this.database.transaction(principal, async (tx) => {
      await this.catalogue.refresh(tx);
      const check = await this.checks.find(tx, id);
      if (check === undefined) throw new ProblemError('NOT_FOUND', '没有该核查记录，或不属于本部门');
      return withAnswers(check, await this.checks.findDecisions(tx, id));
    });
    const paper = slipPaperOf(answerOf(row), {
      matterName: this.catalogue.findMatter(row.matter_code)?.nameZh ?? row.matter_code,
      matterCode: row.matter_code,
      caseNo: row.case_no,
      departmentName: this.catalogue.departmentName(row.department_code),
      operatorId: row.operator_id,
    });
    return { number: row.number, pdf: await renderPaperToBuffer(paper) };
  }

  /** Newest first. */
  async list(principal: Principal, filter: CheckFilter): Promise<Page<CheckAnswer>> {
    const { data, page } = await this.database.transaction(principal, (tx) => this.readPage(tx, filter));
    return { data: data.map(answerOf), page };
  }

  async readPage(tx: Transaction, filter: CheckFilter): Promise<Page<CheckRow>> {
    const before = filter.cursor === undefined ? undefined : decodeCursor(cursorSchema, filter.cursor)[0];
    const rows = await this.checks.findPage(tx, filter, before, filter.limit + 1);
    return pageOf(
      rows,
      filter.limit,
      (row) => [row.id],
      (row) => row,
    );
  }

  /** Matters that this caller may ask about: a hall's clerk all, a department's own system its own (R-8-6). */
  async matters(principal: Principal): Promise<CatalogueMatter[]> {
    await this.database.transaction(principal, (tx) => this.catalogue.refresh(tx));
    return this.catalogue.matters().filter((matter) => mayAsk(principal, matter));
  }

  /** Looks again at what a request asked; for checks that were registered only. */
  identitiesOf(request: CheckRequest): readonly AskedIdentity[] {
    return this.readIdentities(request);
  }

  private readIdentities(request: CheckRequest): AskedIdentity[] {
    const today = this.clock.today();
    const read = request.subjects.map((subject, index) => readIdentifier(subject, index, today));
    const faults: FieldProblem[] = read.flatMap((one) => (one.ok ? [] : [one.fault]));
    const [first] = faults;
    if (first !== undefined) throw new ProblemError(first.code, first.detail, faults);
    return read.flatMap((one) => (one.ok ? [one.asked] : []));
  }

  private getMatter(request: CheckRequest, principal: Principal): CatalogueMatter {
    if (this.catalogue.isEmpty()) throw new ProblemError('UNAVAILABLE', '措施目录尚未就绪');
    const matter = this.catalogue.findMatter(request.matter.code);
    if (matter === undefined) {
      const detail = `没有事项 ${request.matter.code}`;
      throw new ProblemError('MATTER_UNKNOWN', detail, [{ pointer: '/matter/code', code: 'MATTER_UNKNOWN', detail }]);
    }
    // A hall's clerk takes in every matter; a department's own system asks about its own matters only (minimum necessary, R-8-6).
    if (!mayAsk(principal, matter))
      throw new ProblemError(
        'FORBIDDEN',
        `事项 ${matter.code} 由 ${this.catalogue.departmentName(matter.departmentCode)} 办理，本部门无权核查`,
      );
    return matter;
  }

  private async register(asked: AskedCheck): Promise<CheckAnswer> {
    const { id, request, principal, departmentCode, askedAt, matter } = asked;
    try {
      await this.spool.add({ id, request, principalId: principal.id, departmentCode, askedAt: askedAt.toISOString() });
    } catch (error) {
      throw new ProblemError('UNAVAILABLE', '核查系统暂不可用，且未能登记；请稍后重试', [], { cause: error });
    }
    this.degraded.inc();
    const policy = this.settings.holdMatters.has(matter.code) ? 'HOLD' : 'PASS';
    const what = policy === 'HOLD' ? '本事项须待补查结果后办理' : '本事项可先行办理';
    return {
      id,
      number: '',
      status: 'registered',
      degraded: true,
      policy,
      askedAt: askedAt.toISOString(),
      dataAsOf: askedAt.toISOString(),
      subjects: request.subjects.map(({ role }) => ({ role, identity: 'UNKNOWN' as const, nameMasked: null })),
      cards: [
        {
          uuid: id,
          subjectRole: request.subjects[0]?.role ?? 'applicant',
          subjectIndex: 0,
          indicator: 'warning',
          summary: '系统暂不可用，已登记，恢复后 10 分钟内补查',
          detail: what,
          source: { label: '联合奖惩系统' },
          entryId: null,
          suggestions: [],
          selectionBehavior: 'any',
          overrideReasons: [],
          links: [],
          answered: null,
        },
      ],
    };
  }
}

function mayAsk(principal: Principal, matter: CatalogueMatter): boolean {
  return principal.roles.includes('WINDOW_CLERK') || principal.departments.includes(matter.departmentCode);
}

/** Who asks for: the own department; of several the one that is named, or the matter's. */
function departmentOf(principal: Principal, request: CheckRequest, matter: CatalogueMatter): string {
  const named = request.operator?.department;
  if (named !== undefined && !principal.departments.includes(named)) {
    const detail = `操作人所属部门须是本部门：${principal.departments.join('、') || '无'}`;
    throw new ProblemError('FORBIDDEN', detail, [{ pointer: '/operator/department', code: 'FORBIDDEN', detail }]);
  }
  const own = named ?? principal.departments.find((code) => code === matter.departmentCode) ?? principal.departments[0];
  if (own === undefined) throw new ProblemError('FORBIDDEN', '核查须以某一部门的身份进行');
  return own;
}

/** A late answer counts for nothing here: the check is registered, and found recorded when it is made up for. */
function withinTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    const timer = setTimeout(() => reject(new CheckTooSlow()), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export class CheckTooSlow extends Error {}
