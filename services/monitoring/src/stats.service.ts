import { addDays, type Page, type Principal, ProblemError, seesWholeCity } from '@lianxin/contracts';
import { Clock, Database, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ClosedPeriodStore } from './closed-period.store.ts';
import { fieldFigure } from './derived-figure.rules.ts';
import { fieldsOf, type HeardList } from './field.rules.ts';
import { allLists, timeless } from './figure.rules.ts';
import { figureViews, listFigures, type MeasuredPeriod, ofDepartments } from './figure.view.ts';
import type { FigureCount } from './figure-count.rules.ts';
import { type FigureDefinition, figureDefinitions, type RowPart } from './figure-definition.rules.ts';
import { bucketsBefore, bucketsOf, monthAround, type Period, periodNamed, quarterAround, quarterStartOf } from './period.rules.ts';
import { rank } from './ranking.rules.ts';
import type { DepartmentStats, Overview, Ranking, RowsQuery, StatsQuery, StatsRow } from './stats.schemas.ts';
import { type RowFilter, type RowKey, StatsStore } from './stats.store.ts';
import { fieldRowOf, statsRowOf } from './stats.view.ts';

const fieldKeySchema = z.tuple([z.string().max(40)]);
const rowKeySchema = z.tuple([z.iso.date(), z.string().max(40), z.iso.date(), z.uuid(), z.int().nonnegative()]);

/** Figures by period, list and department, each opening its rows (§10.1). Row security decides whose rows they count. */
@Injectable()
export class StatsService {
  constructor(
    private readonly database: Database,
    private readonly store: StatsStore,
    private readonly periods: ClosedPeriodStore,
    private readonly clock: Clock,
  ) {}

  /** Totals of the whole city, or for a department of its own. */
  overview(principal: Principal, query: StatsQuery): Promise<Overview> {
    return this.database.transaction(principal, (tx) => this.readOverview(tx, principal, query));
  }

  async readOverview(tx: Transaction, principal: Principal, query: StatsQuery): Promise<Overview> {
    const measured = await this.measure(tx, principal, query);
    const views = figureViews(measured, query, seesWholeCity(principal) && query.department === undefined && query.listCode === undefined);
    return {
      scope: seesWholeCity(principal) ? 'CITY' : 'DEPARTMENT',
      period: periodViewOf(measured),
      listCode: query.listCode ?? null,
      entries: views.filter(({ group }) => group === 'ENTRIES').map(({ view }) => view),
      tasks: views.filter(({ group }) => group === 'TASKS').map(({ view }) => view),
      figures: views.filter(({ group }) => group === 'FIGURES').map(({ view }) => view),
    };
  }

  /** One row for each department that the caller may see and that has a queue or a figure. */
  departments(principal: Principal, query: StatsQuery): Promise<DepartmentStats> {
    return this.database.transaction(principal, (tx) => this.readDepartments(tx, principal, query));
  }

  async readDepartments(tx: Transaction, principal: Principal, query: StatsQuery): Promise<DepartmentStats> {
    const measured = await this.measure(tx, principal, query);
    const names = new Map((await this.store.findDepartments(tx)).map((department) => [department.code, department]));
    const own = seesWholeCity(principal) ? [] : principal.departments;
    const byDepartment = byDepartmentOf(measured.counts);
    const now = measured.now === null ? undefined : byDepartmentOf(measured.now);
    const codes = [...new Set([...names.keys(), ...byDepartment.keys(), ...own])].sort();
    return {
      period: periodViewOf(measured),
      listCode: query.listCode ?? null,
      data: codes
        .filter((code) => query.department === undefined || code === query.department)
        .map((code) => ({
          departmentCode: code,
          departmentNameZh: names.get(code)?.nameZh ?? null,
          supervised: names.get(code)?.supervised ?? null,
          figures: figureViews(
            { ...measured, counts: byDepartment.get(code) ?? [], now: now === undefined ? null : (now.get(code) ?? []) },
            { ...query, department: code },
            false,
          )
            .filter(({ view }) => ofDepartments.has(view.code))
            .map(({ view }) => view),
        })),
    };
  }

  /**
   * Departments in the order of R-10-2, and those that are not ranked, with the reason.
   * @throws ProblemError FORBIDDEN for a department: it would see the others' figures.
   */
  ranking(principal: Principal, query: StatsQuery): Promise<Ranking> {
    return this.database.transaction(principal, (tx) => this.readRanking(tx, principal, query));
  }

  async readRanking(tx: Transaction, principal: Principal, query: StatsQuery): Promise<Ranking> {
    if (!seesWholeCity(principal)) throw new ProblemError('FORBIDDEN', '排名由信用办查看；本部门指标见 /api/v1/stats/departments');
    const period = this.periodOf(query);
    const closedAt = await this.findClosedAt(tx, period);
    const byDepartment = byDepartmentOf(await this.countToRank(tx, principal, query, period, closedAt));
    const names = new Map((await this.store.findDepartments(tx)).map((department) => [department.code, department]));
    const { ranked, unranked } = rank(
      [...new Set([...names.keys(), ...byDepartment.keys()])].map((departmentCode) => ({
        departmentCode,
        level: names.get(departmentCode)?.level ?? null,
        supervised: names.get(departmentCode)?.supervised ?? null,
        counts: byDepartment.get(departmentCode) ?? [],
      })),
    );
    const nameOf = (code: string) => names.get(code)?.nameZh ?? null;
    return {
      period: periodViewOf({ period, closedAt: closedAt ?? null }),
      listCode: query.listCode ?? null,
      ranked: ranked.map((one) => ({ ...one, departmentNameZh: nameOf(one.departmentCode) })),
      unranked: unranked.map((one) => ({ ...one, departmentNameZh: nameOf(one.departmentCode) })),
    };
  }

  /** What ranks: of a closed period its figures then; of a running one only deadlines that have passed, for nobody is last for what is due next week. */
  private async countToRank(
    tx: Transaction,
    principal: Principal,
    query: StatsQuery,
    period: Period,
    closedAt: Date | undefined,
  ): Promise<FigureCount[]> {
    const departments = departmentsOf(principal, query);
    const listCode = query.listCode ?? allLists;
    if (period.code !== null && closedAt !== undefined) return this.periods.findCounts(tx, period.code, listCode, departments);
    const today = this.clock.today();
    if (period.from >= today) return [];
    const passed = bucketsBefore(period, today);
    return this.store.countPeriod(tx, { buckets: passed, from: period.from, past: passed, today, listCode, departments });
  }

  private async findClosedAt(tx: Transaction, { code }: Period): Promise<Date | undefined> {
    return code === null ? undefined : this.periods.findClosedAt(tx, code);
  }

  /** The counts of a period: of a closed one as they were then, beside those of now. */
  private async measure(tx: Transaction, principal: Principal, query: StatsQuery): Promise<MeasuredPeriod> {
    const period = this.periodOf(query);
    const departments = departmentsOf(principal, query);
    const listCode = query.listCode ?? allLists;
    const today = this.clock.today();
    const buckets = bucketsOf(period);
    const past = bucketsBefore(period, today);
    const now = await this.store.countPeriod(tx, { buckets, from: period.from, past, today, listCode, departments });
    const listsNow = await this.store.countLists(tx, listFigures, buckets);
    const heardListsNow = byCode(await this.store.findLists(tx));
    const closedAt = await this.findClosedAt(tx, period);
    if (period.code === null || closedAt === undefined)
      return { period, closedAt: null, counts: now, byList: listsNow, now: null, listsNow, lists: heardListsNow, heardListsNow };
    const all = await this.periods.findCounts(tx, period.code, listCode, departments);
    const byList = (await this.periods.findCounts(tx, period.code, undefined, undefined)).filter((count) => count.listCode !== allLists);
    const heardThen = byCode(await this.periods.findLists(tx, period.code));
    // Periods that closed before this was kept know lists as they are now.
    const lists = heardThen.size > 0 ? heardThen : heardListsNow;
    return { period, closedAt, counts: all, byList, now, listsNow, lists, heardListsNow };
  }

  /**
   * The rows that make a figure, in pages.
   * @throws ProblemError VALIDATION_FAILED for the denominator of a count, which has none; CURSOR_INVALID.
   */
  rows(principal: Principal, query: RowsQuery): Promise<Page<StatsRow>> {
    return this.database.transaction(principal, (tx) => this.readRows(tx, principal, query));
  }

  async readRows(tx: Transaction, principal: Principal, query: RowsQuery): Promise<Page<StatsRow>> {
    if (query.figure === fieldFigure) return this.readFields(tx, principal, query);
    const definition = figureDefinitions.find((one) => one.code === query.figure);
    if (definition === undefined) throw new ProblemError('NOT_FOUND', `没有指标 ${query.figure}`);
    if (query.part === 'denominator' && definition.kind !== 'RATE')
      throw new ProblemError('VALIDATION_FAILED', `${definition.nameZh}是数量，没有分母`, [
        { pointer: '/part', code: 'VALIDATION_FAILED', detail: '数量类指标只有 numerator' },
      ]);
    const rows = await this.store.findRows(tx, this.filterOf(principal, query, definition));
    const ids = [...new Set(rows.map((row) => row.key[3]))];
    const subjects = await this.store.findSubjects(tx, definition.source, ids);
    const departments = new Map((await this.store.findDepartments(tx)).map((department) => [department.code, department.nameZh]));
    const measureCodes = [...subjects.values()].flatMap((one) =>
      one.source === 'TASK' ? (one.task.birth?.measureCode ?? []) : one.source === 'CASE' ? one.facts.measureCode : [],
    );
    const measures = await this.store.findMeasureNames(tx, [...new Set(measureCodes)]);
    return pageOf(
      rows,
      query.limit,
      (row) => row.key,
      (row) => statsRowOf(definition, row, subjects.get(row.key[3]), { departments, measures }),
    );
  }

  /**
   * The fields that K13 counts, each with its lists: those of now, as all rows are.
   * @throws ProblemError FORBIDDEN for a department, VALIDATION_FAILED where one list or department is asked for
   */
  private async readFields(tx: Transaction, principal: Principal, query: RowsQuery): Promise<Page<StatsRow>> {
    if (!seesWholeCity(principal)) throw new ProblemError('FORBIDDEN', '领域覆盖率只按全市计算，由信用办查看');
    const narrowed = (['listCode', 'department'] as const).filter((name) => query[name] !== undefined);
    if (narrowed.length > 0)
      throw new ProblemError(
        'VALIDATION_FAILED',
        '领域覆盖率只按全市计算，不按名单或部门筛选',
        narrowed.map((name) => ({ pointer: `/${name}`, code: 'VALIDATION_FAILED', detail: '请去掉该条件' })),
      );
    const period = this.periodOf(query);
    const after = query.cursor === undefined ? '' : decodeCursor(fieldKeySchema, query.cursor)[0];
    const counts = await this.store.countLists(tx, listFigures, bucketsOf(period));
    const fields = fieldsOf(counts, byCode(await this.store.findLists(tx)));
    return pageOf(
      fields.filter(({ key, hasCase }) => key > after && (query.part !== 'numerator' || hasCase)).slice(0, query.limit + 1),
      query.limit,
      ({ key }) => [key],
      (field) => fieldRowOf(field, period.to),
    );
  }

  private filterOf(principal: Principal, query: RowsQuery, definition: FigureDefinition): RowFilter {
    const period = this.periodOf(query);
    const isStock = definition.kind === 'STOCK';
    const yesterday = addDays(this.clock.today(), -1);
    const last = definition.pastOnly === true && yesterday < period.to ? yesterday : period.to;
    const part: RowPart = query.part === 'numerator' ? definition.numerator : definition.denominator;
    return {
      figure: definition.rows,
      listCode: query.listCode,
      departments: departmentsOf(principal, query),
      quarters: isStock ? [timeless, timeless] : [quarterStartOf(period.from), quarterStartOf(period.to)],
      days: isStock ? undefined : [period.from, last],
      part,
      after: query.cursor === undefined ? undefined : (decodeCursor(rowKeySchema, query.cursor) satisfies RowKey),
      limit: query.limit + 1,
    };
  }

  private periodOf(query: StatsQuery): Period {
    if (query.from !== undefined && query.to !== undefined) return { code: codeOf(query.from, query.to), from: query.from, to: query.to };
    return query.period === undefined ? quarterAround(this.clock.today()) : periodNamed(query.period);
  }
}

/** A span that is exactly a month or a quarter is that month or quarter, closed with it. */
function codeOf(from: string, to: string): string | null {
  return [monthAround(from), quarterAround(from)].find((period) => period.from === from && period.to === to)?.code ?? null;
}

/** Named in the query besides row security, which an index cannot use; undefined where the caller sees the whole city and asks for all of it. */
function departmentsOf(principal: Principal, query: StatsQuery): readonly string[] | undefined {
  if (query.department !== undefined) return [query.department];
  return seesWholeCity(principal) ? undefined : principal.departments;
}

function byCode(lists: readonly HeardList[]): Map<string, HeardList> {
  return new Map(lists.map((list) => [list.listCode, list]));
}

function byDepartmentOf(counts: readonly FigureCount[]): Map<string, FigureCount[]> {
  return Map.groupBy(counts, (count) => count.departmentCode);
}

function periodViewOf({ period, closedAt }: Pick<MeasuredPeriod, 'period' | 'closedAt'>) {
  return { ...period, closedAt: closedAt?.toISOString() ?? null };
}
