import { type FieldProblem, type Page, type Principal, ProblemError, type Role } from '@lianxin/contracts';
import { chineseFault, pointerOf, type Transaction } from '@lianxin/platform';
import type { CellKind, WrittenCell } from '@lianxin/tables';
import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { z } from 'zod';
import type { Persons } from './persons.ts';

export interface ExportColumn<Row> {
  /** The name by which `columns=` asks for it. */
  readonly key: string;
  readonly titleZh: string;
  readonly kind: CellKind;
  readonly of: (row: Row, persons: Persons) => WrittenCell;
}

/** Where a page begins and how long it is. */
export interface PageRequest {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** How a list is exported: by the same query and the same pages that its screen shows. */
export interface ListDescription<Reader extends object, Query extends z.ZodObject, Row> {
  /** Of the list below `/api/v1/`: `tasks`. */
  readonly path: string;
  readonly titleZh: string;
  /** Tag of its operations in the API document. */
  readonly tag: string;
  /** Who may see the list, where not everybody may. */
  readonly roles?: readonly Role[];
  /** Query of the list; `cursor` and `limit` are no filters. */
  readonly query: Query;
  /** The provider that reads pages. */
  readonly reader: Type<Reader>;
  readonly page: (reader: Reader, tx: Transaction, principal: Principal, query: z.output<Query> & PageRequest) => Promise<Page<Row>>;
  readonly columns: readonly ExportColumn<Row>[];
}

export type Filter = Readonly<Record<string, string>>;
/** Reads one page of a list with a filter that has been checked. */
export type PageReader = (tx: Transaction, principal: Principal, filter: Filter, request: PageRequest) => Promise<Page<unknown>>;

/** A list that can be exported, whatever its rows are. */
export interface ExportedList {
  readonly path: string;
  readonly titleZh: string;
  readonly tag: string;
  readonly roles: readonly Role[] | undefined;
  readonly filters: readonly string[];
  readonly columns: readonly ExportColumn<unknown>[];
  /** @throws ProblemError VALIDATION_FAILED, also for a filter that the list does not know: left out silently it would export too much. */
  checkFilter(filter: Readonly<Record<string, unknown>>): Filter;
  /** The reader of its pages, once the service's providers are there. */
  pages(providers: ModuleRef): PageReader;
}

const paging = ['cursor', 'limit'];

/** Describes how a list of a service is exported. */
export function exportOf<Reader extends object, Query extends z.ZodObject, Row>(list: ListDescription<Reader, Query, Row>): ExportedList {
  const filters = Object.keys(list.query.shape).filter((name) => !paging.includes(name));
  const read = (filter: Readonly<Record<string, unknown>>): z.output<Query> => {
    const parsed = list.query.safeParse(filter, { error: chineseFault });
    if (parsed.success) return parsed.data;
    throw refusalOf(
      parsed.error.issues.map((issue) => ({ pointer: pointerOf(issue.path), code: 'VALIDATION_FAILED' as const, detail: issue.message })),
    );
  };
  return {
    path: list.path,
    titleZh: list.titleZh,
    tag: list.tag,
    roles: list.roles,
    filters,
    // Rows come from this list's own pages and from nowhere else.
    columns: list.columns.map((column) => ({ ...column, of: (row, persons) => column.of(row as Row, persons) })),
    checkFilter: (filter) => {
      const faults = Object.entries(filter).flatMap(([name, value]): FieldProblem[] => {
        const pointer = pointerOf([name]);
        if (!filters.includes(name))
          return [{ pointer, code: 'VALIDATION_FAILED', detail: `没有筛选条件 ${name.slice(0, 50)}，可用：${filters.join('、') || '无'}` }];
        return typeof value === 'string' ? [] : [{ pointer, code: 'VALIDATION_FAILED', detail: '每个筛选条件只能给出一次' }];
      });
      if (faults.length > 0) throw refusalOf(faults);
      read(filter);
      return filter as Filter;
    },
    pages: (providers) => {
      const reader = providers.get(list.reader, { strict: false });
      return (tx, principal, filter, request) => list.page(reader, tx, principal, { ...read(filter), ...request });
    },
  };
}

function refusalOf(errors: readonly FieldProblem[]): ProblemError {
  return new ProblemError(
    'VALIDATION_FAILED',
    errors
      .map((error) => `${error.pointer.slice(1)}：${error.detail}`)
      .join('；')
      .slice(0, 1000),
    errors,
  );
}
