import { type Page, type Principal, ProblemError, publicReportTallied } from '@lianxin/contracts';
import { Loop, lockLanes, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, Database, decodeCursor, pageOf, ServiceContext, type Transaction } from '@lianxin/platform';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { z } from 'zod';
import { findDepartments } from './department.store.ts';
import { assertStorable } from './match-review.service.ts';
import { decideDeclaration } from './public-sheet.rules.ts';
import {
  countReported,
  findDeclarations,
  findSheet,
  findSheetPage,
  insertDeclaration,
  lockDeclared,
  lockSheet,
  type SheetRow,
  takeTouched,
  touchSheets,
  updateSheets,
} from './public-sheet.store.ts';
import { type DeclarationRequest, type SheetQuery, type SheetView, sheetViewOf } from './public-sheet.view.ts';

const cursorSchema = z.tuple([z.uuid()]);
/** How long a count may lag behind the records. */
const idleMs = 2_000;
/** Changes that are counted in one transaction. */
const batchSize = 1_000;
type Declared = SheetRow & { readonly declared: number };

/**
 * Sheets of 双公示: how many licences and penalties a department decided in a month, as it declares them, beside how many it has reported (K18 上报率). What
 * was reported is counted from the records themselves, at the declaration and whenever a record of a declared month has changed.
 */
@Injectable()
export class PublicSheetService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly loop: Loop;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outbox: Outbox,
    context: ServiceContext,
  ) {
    this.loop = new Loop({
      idleMs,
      turn: () => this.database.consumerTransaction((tx) => this.recount(tx)),
      onError: (error) => context.logger.warn({ err: error }, 'what was reported will be counted again later'),
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /**
   * Takes a declaration or its correction.
   * @param version number of the declaration that the caller has seen; undefined when that does not matter
   * @throws ProblemError FORBIDDEN, VALIDATION_FAILED, DATE_IN_FUTURE, DECLARED_BELOW_REPORTED, STALE
   */
  async declare(
    tx: Transaction,
    principal: Principal,
    request: DeclarationRequest,
    version: number | undefined,
  ): Promise<{ readonly view: SheetView; readonly isNew: boolean }> {
    const byOffice = principal.roles.includes('CREDIT_OFFICE');
    const departmentCode = byOffice ? await this.departmentNamed(tx, request) : departmentOf(principal, request);
    assertStorable(request);
    const { kind, month, declared } = request;
    const reason = request.reason ?? null;
    const sheet = await lockSheet(tx, { departmentCode, kind, month });
    const [last] = await findDeclarations(tx, [sheet.id]);
    const no = last?.no ?? 0;
    if (version !== undefined && version !== no) throw new ProblemError('STALE', `该月的填报已变动：当前为第 ${no} 次填报`);
    const [reported = 0] = await countReported(tx, [sheet]);
    const decision = decideDeclaration({ month, declared, reason, today: this.clock.today(), reported, before: sheet.declared });
    if (!decision.ok) {
      const { code, pointer, detail } = decision;
      throw new ProblemError(code, detail, [{ pointer, code, detail }]);
    }
    if (!decision.isNew) return { view: await this.get(tx, sheet.id), isNew: false };
    const at = this.clock.now();
    await insertDeclaration(tx, {
      ...{ sheetId: sheet.id, no: no + 1, declared, reported, reason, at, actor: principal.id, byOffice, departmentCode },
    });
    await this.say(tx, [{ ...sheet, declared, reported }], principal.id);
    // A record that is being written now saw no declaration, and this count did not see it: the next one will.
    await touchSheets(tx, [sheet]);
    return { view: await this.get(tx, sheet.id), isNew: true };
  }

  /** @throws ProblemError NOT_FOUND, also for a sheet of another department */
  async get(tx: Transaction, id: string): Promise<SheetView> {
    const sheet = await findSheet(tx, id);
    if (sheet === undefined) throw new ProblemError('NOT_FOUND', '没有该填报，或不属于本部门');
    return sheetViewOf(sheet, await findDeclarations(tx, [id]));
  }

  async list(tx: Transaction, query: SheetQuery): Promise<Page<SheetView>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorSchema, query.cursor)[0];
    const rows = await findSheetPage(tx, query, before, query.limit + 1);
    const ids = rows.map((row) => row.id);
    const declarations = Map.groupBy(await findDeclarations(tx, ids), (one) => one.sheetId);
    return pageOf(
      rows,
      query.limit,
      (row) => [row.id],
      (row) => sheetViewOf(row, declarations.get(row.id) ?? []),
    );
  }

  /** Counts the declared months whose records have changed, and tells those that count otherwise than before. @returns whether there may be more */
  private async recount(tx: Transaction): Promise<boolean> {
    const { keys, taken } = await takeTouched(tx, batchSize);
    if (taken === 0) return false;
    const sheets = await lockDeclared(tx, keys);
    const counts = await countReported(tx, sheets);
    const changed = sheets.flatMap((sheet, place): Declared[] => {
      const reported = counts[place] ?? 0;
      return sheet.declared === null || reported === sheet.reported ? [] : [{ ...sheet, declared: sheet.declared, reported }];
    });
    if (changed.length > 0) await this.say(tx, changed, 'timer:public-sheet');
    return taken === batchSize;
  }

  /** Keeps and tells what sheets say now; they are locked. */
  private async say(tx: Transaction, sheets: readonly Declared[], actor: string): Promise<void> {
    const talliedAt = this.clock.now();
    const said = sheets.map((sheet) => ({ ...sheet, version: sheet.version + 1, talliedAt }));
    await lockLanes(
      tx,
      said.map(({ id }) => id),
    );
    await updateSheets(tx, said);
    const events = said.map(({ id: sheetId, version: sheetVersion, departmentCode, kind, month, declared, reported }) =>
      newEvent({
        definition: publicReportTallied,
        key: sheetId,
        data: { sheetId, sheetVersion, departmentCode, kind, month, declared, reported },
        actor,
      }),
    );
    await this.outbox.publish(tx, events);
  }

  private async departmentNamed(tx: Transaction, { departmentCode }: DeclarationRequest): Promise<string> {
    const [found] = departmentCode === undefined ? [] : await findDepartments(tx, [departmentCode]);
    if (found !== undefined) return found.code;
    const detail = departmentCode === undefined ? '信用办代为登记时须填写部门' : '没有该部门';
    throw new ProblemError('VALIDATION_FAILED', detail, [{ pointer: '/departmentCode', code: 'VALIDATION_FAILED', detail }]);
  }
}

/** A department declares for itself. */
function departmentOf({ departments }: Principal, request: DeclarationRequest): string {
  const [own, another] = departments;
  const departmentCode = request.departmentCode ?? (another === undefined ? own : undefined);
  if (departmentCode === undefined || !departments.includes(departmentCode))
    throw new ProblemError('FORBIDDEN', '应报数由本部门填报，或由信用办代为登记');
  return departmentCode;
}
