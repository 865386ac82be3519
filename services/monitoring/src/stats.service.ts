import { type Page, type Principal, ProblemError, seesWholeCity } from '@lianxin/contracts';
import { Clock, Database, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type FigureDefinition, figureDefinitions, readingOf, timeless } from './figure.rules.ts';
import { bucketsOf, type Period, quarterAround, quarterNamed, quarterStartOf } from './period.rules.ts';
import type { DepartmentStats, FigureView, Overview, RowsQuery, StatsQuery, StatsRow } from './stats.schemas.ts';
import { type FigureCount, type RowFilter, type RowKey, StatsStore } from './stats.store.ts';
import { statsRowOf } from './stats.view.ts';

/** Figures that a row of a department shows. */
const departmentFigures = figureDefinitions.filter((definition) => /^K05$|^K07$|^K11-/.test(definition.code));
const rowKeySchema = z.tuple([z.iso.date(), z.string().max(40), z.iso.date(), z.uuid(), z.int().nonnegative()]);

/** Figures by period, list and department, each opening its rows (§10.1). Row security decides whose rows they count. */
@Injectable()
export class StatsService {
  constructor(
    private readonly database: Database,
    private readonly store: StatsStore,
    private readonly clock: Clock,
  ) {}

  /** Totals of the whole city, or for a department of its own. */
  overview(principal: Principal, query: StatsQuery): Promise<Overview> {
    return this.database.transaction(principal, (tx) => this.readOverview(tx, principal, query));
  }

  async readOverview(tx: Transaction, principal: Principal, query: StatsQuery): Promise<Overview> {
    const period = this.periodOf(query);
    const counts = await this.store.countByDepartment(tx, bucketsOf(period), query.listCode, departmentsOf(principal, query));
    const views = figureDefinitions.map((definition) => ({ definition, view: viewOf(definition, counts, query) }));
    const chosen = (fits: (definition: FigureDefinition) => boolean) =>
      views.filter(({ definition }) => fits(definition)).map(({ view }) => view);
    return {
      scope: seesWholeCity(principal) ? 'CITY' : 'DEPARTMENT',
      period,
      listCode: query.listCode ?? null,
      entries: chosen((definition) => definition.source === 'ENTRY'),
      tasks: chosen((definition) => definition.kind === 'STOCK'),
      figures: chosen((definition) => definition.source !== 'ENTRY' && definition.kind !== 'STOCK'),
    };
  }

  /** One row for each department that the caller may see and that has a queue or a figure. */
  departments(principal: Principal, query: StatsQuery): Promise<DepartmentStats> {
    return this.database.transaction(principal, (tx) => this.readDepartments(tx, principal, query));
  }

  async readDepartments(tx: Transaction, principal: Principal, query: StatsQuery): Promise<DepartmentStats> {
    const period = this.periodOf(query);
    const counts = await this.store.countByDepartment(tx, bucketsOf(period), query.listCode, departmentsOf(principal, query));
    const names = new Map((await this.store.findDepartments(tx)).map((department) => [department.code, department]));
    const own = seesWholeCity(principal) ? [] : principal.departments;
    const byDepartment = Map.groupBy(counts, (count) => count.departmentCode);
    const codes = [...new Set([...names.keys(), ...byDepartment.keys(), ...own])].sort();
    return {
      period,
      listCode: query.listCode ?? null,
      data: codes
        .filter((code) => query.department === undefined || code === query.department)
        .map((code) => ({
          departmentCode: code,
          departmentNameZh: names.get(code)?.nameZh ?? null,
          supervised: names.get(code)?.supervised ?? null,
          figures: departmentFigures.map((definition) => viewOf(definition, byDepartment.get(code) ?? [], { ...query, department: code })),
        })),
    };
  }

  /**
   * The rows that make a figure, in pages.
   * @throws ProblemError VALIDATION_FAILED for the denominator of a count, which has none; CURSOR_INVALID.
   */
  rows(principal: Principal, query: RowsQuery): Promise<Page<StatsRow>> {
    return this.database.transaction(principal, (tx) => this.readRows(tx, principal, query));
  }

  async readRows(tx: Transaction, principal: Principal, query: RowsQuery): Promise<Page<StatsRow>> {
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

  private filterOf(principal: Principal, query: RowsQuery, definition: FigureDefinition): RowFilter {
    const period = this.periodOf(query);
    const isStock = definition.kind === 'STOCK';
    return {
      figure: query.figure,
      listCode: query.listCode,
      departments: departmentsOf(principal, query),
      quarters: isStock ? [timeless, timeless] : [quarterStartOf(period.from), quarterStartOf(period.to)],
      days: isStock ? undefined : [period.from, period.to],
      countedOnly: query.part === 'numerator',
      after: query.cursor === undefined ? undefined : (decodeCursor(rowKeySchema, query.cursor) satisfies RowKey),
      limit: query.limit + 1,
    };
  }

  private periodOf(query: StatsQuery): Period {
    if (query.from !== undefined && query.to !== undefined) return { code: null, from: query.from, to: query.to };
    return query.period === undefined ? quarterAround(this.clock.today()) : quarterNamed(query.period);
  }
}

/** Named in the query besides row security, which an index cannot use; undefined where the caller sees the whole city and asks for all of it. */
function departmentsOf(principal: Principal, query: StatsQuery): readonly string[] | undefined {
  if (query.department !== undefined) return [query.department];
  return seesWholeCity(principal) ? undefined : principal.departments;
}

function viewOf(definition: FigureDefinition, counts: readonly FigureCount[], query: StatsQuery): FigureView {
  const own = counts.filter((count) => count.figure === definition.code);
  const due = own.reduce((sum, count) => sum + count.due, 0);
  const numerator = own.reduce((sum, count) => sum + count.counted, 0);
  return {
    code: definition.code,
    nameZh: definition.nameZh,
    numerator,
    denominator: definition.kind === 'RATE' ? due : null,
    ...readingOf(definition.kind, due, numerator),
    rowsHref: rowsHref(definition.code, query),
  };
}

function rowsHref(figure: string, { period, from, to, listCode, department }: StatsQuery): string {
  const parameters = Object.entries({ figure, period, from, to, listCode, department }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return `/api/v1/stats/rows?${new URLSearchParams(parameters)}`;
}
