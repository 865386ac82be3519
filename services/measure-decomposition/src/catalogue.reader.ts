import type {
  CatalogueMeasure,
  DepartmentQuery,
  departmentViewSchema,
  MeasureQuery,
  MeasureView,
  MemorandumQuery,
  memorandumViewSchema,
  Page,
} from '@lianxin/contracts';
import { Clock, decodeCursor, pageOf, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { gateOf, type IndexedCatalogue } from './catalogue.rules.ts';
import { CatalogueService } from './catalogue.service.ts';

const cursorSchema = z.tuple([z.int().nonnegative()]);
type DepartmentView = z.infer<typeof departmentViewSchema>;
type MemorandumView = z.infer<typeof memorandumViewSchema>;

/** Reads the catalogue in force, in its own order. */
@Injectable()
export class CatalogueReader {
  constructor(
    private readonly catalogue: CatalogueService,
    private readonly clock: Clock,
  ) {}

  async measures(tx: Transaction, query: MeasureQuery): Promise<Page<MeasureView>> {
    const catalogue = await this.catalogue.getInForce(tx);
    const asOf = query.asOf ?? this.clock.today();
    const matching = catalogue.measures.filter(
      (measure) =>
        (query.listCode === undefined || measure.listCodes.includes(query.listCode)) &&
        (query.class === undefined || measure.class === query.class) &&
        (query.department === undefined || measure.executors.some((executor) => executor.departmentCode === query.department)),
    );
    return cut(matching, query, (measure) => measureView(catalogue, measure, asOf));
  }

  async findMeasure(tx: Transaction, code: string, asOf: string | undefined): Promise<MeasureView | undefined> {
    const catalogue = await this.catalogue.getInForce(tx);
    const measure = catalogue.measureByCode.get(code);
    return measure === undefined ? undefined : measureView(catalogue, measure, asOf ?? this.clock.today());
  }

  async departments(tx: Transaction, query: DepartmentQuery): Promise<Page<DepartmentView>> {
    const catalogue = await this.catalogue.getInForce(tx);
    const matching = catalogue.departments.filter(
      (department) =>
        (query.level === undefined || department.level === query.level) &&
        (query.parent === undefined || department.parentCode === query.parent),
    );
    return cut(matching, query, (department) => department);
  }

  async memorandums(tx: Transaction, query: MemorandumQuery): Promise<Page<MemorandumView>> {
    const catalogue = await this.catalogue.getInForce(tx);
    const matching = catalogue.memoranda.filter((memorandum) => query.listCode === undefined || memorandum.listCode === query.listCode);
    return cut(matching, query, (memorandum) => ({
      ...memorandum,
      leadDepartmentsZh: [...memorandum.leadDepartmentsZh],
      measureCodes: catalogue.measures.filter((measure) => measure.memoCode === memorandum.code).map((measure) => measure.code),
    }));
  }
}

/** A page of rows that are held in memory. */
function cut<Row, View>(
  rows: readonly Row[],
  query: { cursor?: string | undefined; limit: number },
  viewOf: (row: Row) => View,
): Page<View> {
  const start = query.cursor === undefined ? 0 : decodeCursor(cursorSchema, query.cursor)[0];
  const placed = rows.slice(start, start + query.limit + 1).map((row, place) => ({ row, next: start + place + 1 }));
  return pageOf(
    placed,
    query.limit,
    ({ next }) => [next],
    ({ row }) => viewOf(row),
  );
}

function measureView(catalogue: IndexedCatalogue, measure: CatalogueMeasure, asOf: string): MeasureView {
  const gates = measure.listCodes.map((listCode) => {
    const { status, basisRefs } = gateOf(measure, listCode, asOf);
    return { listCode, status, basisRefs: [...basisRefs] };
  });
  const classNameZh = catalogue.classes.find((one) => one.code === measure.class)?.nameZh ?? measure.class;
  return { ...measure, catalogueVersion: catalogue.version, classNameZh, asOf, gates };
}
