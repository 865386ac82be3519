import type { Principal } from '@lianxin/contracts';
import { PersonalData } from '@lianxin/platform';
import type { WrittenTable } from '@lianxin/tables';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { ExportedList, PageReader } from './export.list.ts';
import { footerOf } from './export.notes.ts';
import { columnsOf, type ExportRequest } from './export.request.ts';
import { Persons } from './persons.ts';

/** The lists of this service. */
export class ExportLists {
  constructor(private readonly lists: readonly ExportedList[]) {
    const paths = lists.map((list) => list.path);
    if (new Set(paths).size !== paths.length) throw new Error(`a list is exported twice: ${paths.join(', ')}`);
  }

  /** Undefined for a job of a list that an older version of the service had. */
  find(path: string): ExportedList | undefined {
    return this.lists.find((list) => list.path === path);
  }
}

/** What an export needs of its service: pages of rows, and codes for persons. */
@Injectable()
export class ExportSource {
  readonly persons: Persons;
  private readonly readers = new Map<string, PageReader>();

  constructor(
    private readonly providers: ModuleRef,
    personalData: PersonalData,
  ) {
    this.persons = new Persons(personalData);
  }

  pages(list: ExportedList): PageReader {
    const known = this.readers.get(list.path);
    if (known !== undefined) return known;
    const reader = list.pages(this.providers);
    this.readers.set(list.path, reader);
    return reader;
  }
}

export function tableOf(
  list: ExportedList,
  request: ExportRequest,
  id: string,
  exporter: Pick<Principal, 'id' | 'displayName'>,
): WrittenTable {
  const columns = columnsOf(list, request.columns).map(({ titleZh, kind }) => ({ titleZh, kind }));
  return { format: request.format, encoding: request.encoding, titleZh: list.titleZh, columns, footer: footerOf(id, exporter) };
}
