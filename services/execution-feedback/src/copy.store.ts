import type { CatalogueDepartment, CatalogueMeasure, CataloguePublished, EventData, SubjectKind, subjectChanged } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { type Column, namesOf, unnestRows } from './columns.store.ts';

export type SubjectState = EventData<typeof subjectChanged>;

/** A party as it is kept here: names of organisations in clear, persons sealed and masked. */
export interface SubjectCopy {
  readonly subjectId: string;
  readonly kind: SubjectKind;
  readonly organisationName: string | null;
  readonly usccCode: string | null;
  readonly sealed: string | null;
  readonly nameMasked: string | null;
  readonly idMasked: string | null;
}

const subjectColumns: readonly Column<SubjectState>[] = [
  { name: 'subject_id', type: 'uuid', of: (subject) => subject.subjectId },
  { name: 'version', type: 'integer', of: (subject) => subject.version },
  { name: 'kind', type: 'text', of: (subject) => subject.kind },
  { name: 'organisation_name', type: 'text', of: (subject) => subject.organisation?.name },
  { name: 'uscc_code', type: 'text', of: (subject) => subject.organisation?.usccCode },
  { name: 'sealed', type: 'text', of: (subject) => subject.person?.sealed },
  { name: 'name_masked', type: 'text', of: (subject) => subject.person?.nameMasked },
  { name: 'id_masked', type: 'text', of: (subject) => subject.person?.idMasked },
];

const catalogueColumns: readonly Column<CataloguePublished>[] = [
  { name: 'version', type: 'integer', of: (row) => row.version },
  { name: 'row_number', type: 'integer', of: (row) => row.rowNumber },
  { name: 'row_count', type: 'integer', of: (row) => row.rowCount },
  { name: 'kind', type: 'text', of: ({ row }) => row.kind },
  { name: 'code', type: 'text', of: ({ row }) => codeOf(row) },
  { name: 'body', type: 'jsonb', of: ({ row }) => bodyOf(row) },
];

function bodyOf(row: CataloguePublished['row']): CatalogueMeasure | CatalogueDepartment | { code: string } {
  switch (row.kind) {
    case 'MEASURE':
      return row.measure;
    case 'DEPARTMENT':
      return row.department;
    case 'MATTER':
      return row.matter;
  }
}

function codeOf(row: CataloguePublished['row']): string {
  return bodyOf(row).code;
}

/** Local copies of the catalogue and of subjects, kept by their events. */
@Injectable()
export class CopyStore {
  /** A published row never changes: the same row again is the same. */
  async addCatalogueRows(tx: Transaction, rows: readonly CataloguePublished[]): Promise<void> {
    const { from, parameters } = unnestRows(catalogueColumns, rows, 'row');
    await tx.execute(`INSERT INTO catalogue_row (${namesOf(catalogueColumns)}) SELECT * FROM ${from} ON CONFLICT DO NOTHING`, parameters);
  }

  /** Versions of which some rows have come and others not yet. */
  async findIncompleteCatalogues(tx: Transaction): Promise<number[]> {
    const rows = await tx.query<{ version: number }>('SELECT version FROM catalogue_row GROUP BY version HAVING count(*) < max(row_count)');
    return rows.map((row) => row.version);
  }

  async readMeasures(tx: Transaction, measures: readonly { version: number; code: string }[]): Promise<Map<string, CatalogueMeasure>> {
    const rows = await tx.query<{ version: number; body: CatalogueMeasure }>(
      `SELECT catalogue_row.version, body FROM catalogue_row
       JOIN unnest($1::integer[], $2::text[]) AS wanted (version, code) USING (version, code) WHERE kind = 'MEASURE'`,
      [measures.map((measure) => measure.version), measures.map((measure) => measure.code)],
    );
    return new Map(rows.map((row) => [`${row.version}|${row.body.code}`, row.body]));
  }

  /** Names of departments, as the newest version has them. */
  async readDepartmentNames(tx: Transaction, codes: readonly string[]): Promise<Map<string, string>> {
    const rows = await tx.query<{ code: string; name: string }>(
      `SELECT DISTINCT ON (code) code, body->>'nameZh' AS name FROM catalogue_row WHERE kind = 'DEPARTMENT' AND code = ANY ($1) ORDER BY code, version DESC`,
      [codes],
    );
    return new Map(rows.map((row) => [row.code, row.name]));
  }

  /** Those of these departments that the newest version does not supervise (§4.5). */
  async readUnsupervised(tx: Transaction, codes: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ code: string }>(
      `SELECT code FROM (SELECT DISTINCT ON (code) code, (body->>'supervised')::boolean AS supervised FROM catalogue_row
         WHERE kind = 'DEPARTMENT' AND code = ANY ($1) ORDER BY code, version DESC) AS newest WHERE NOT supervised`,
      [codes],
    );
    return new Set(rows.map((row) => row.code));
  }

  /** Keeps the newest state of each subject; older ones never overwrite. */
  async upsertSubjects(tx: Transaction, subjects: readonly SubjectState[]): Promise<void> {
    const newest = new Map<string, SubjectState>();
    for (const subject of subjects) {
      const known = newest.get(subject.subjectId);
      if (known === undefined || known.version < subject.version) newest.set(subject.subjectId, subject);
    }
    const { from, parameters } = unnestRows(subjectColumns, [...newest.values()], 'row');
    const changing = subjectColumns.slice(1).map((column) => `${column.name} = excluded.${column.name}`);
    await tx.execute(
      `INSERT INTO subject_copy (${namesOf(subjectColumns)}) SELECT * FROM ${from}
       ON CONFLICT (subject_id) DO UPDATE SET ${changing.join(', ')} WHERE subject_copy.version < excluded.version`,
      parameters,
    );
  }

  async readSubjects(tx: Transaction, subjectIds: readonly string[]): Promise<Map<string, SubjectCopy>> {
    const rows = await tx.query<{
      subject_id: string;
      kind: SubjectKind;
      organisation_name: string | null;
      uscc_code: string | null;
      sealed: string | null;
      name_masked: string | null;
      id_masked: string | null;
    }>('SELECT * FROM subject_copy WHERE subject_id = ANY ($1::uuid[])', [subjectIds]);
    return new Map(
      rows.map((row) => [
        row.subject_id,
        {
          subjectId: row.subject_id,
          kind: row.kind,
          organisationName: row.organisation_name,
          usccCode: row.uscc_code,
          sealed: row.sealed,
          nameMasked: row.name_masked,
          idMasked: row.id_masked,
        },
      ]),
    );
  }
}
