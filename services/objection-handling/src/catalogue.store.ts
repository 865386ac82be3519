import type { CatalogueDepartment, CatalogueMeasure } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

type Basis = CatalogueMeasure['bases'][number];

export interface MeasureText {
  readonly version: number;
  readonly code: string;
  readonly nameZh: string;
  readonly bases: readonly Basis[];
}

/** All SQL of the copies of the catalogue. */
@Injectable()
export class CatalogueStore {
  async addMeasures(tx: Transaction, rows: readonly { readonly version: number; readonly measure: CatalogueMeasure }[]): Promise<void> {
    await tx.execute(
      `INSERT INTO catalogue_measure (version, code, name_zh, bases) SELECT * FROM unnest($1::integer[], $2::text[], $3::text[], $4::json[])
       ON CONFLICT (version, code) DO NOTHING`,
      [
        rows.map((row) => row.version),
        rows.map((row) => row.measure.code),
        rows.map((row) => row.measure.nameZh),
        rows.map((row) => JSON.stringify(row.measure.bases)),
      ],
    );
  }

  async addDepartments(
    tx: Transaction,
    rows: readonly { readonly version: number; readonly department: CatalogueDepartment }[],
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO catalogue_department (code, version, name_zh)
       SELECT DISTINCT ON (code) code, version, name_zh FROM unnest($1::text[], $2::integer[], $3::text[]) AS new (code, version, name_zh)
       ORDER BY code, version DESC
       ON CONFLICT (code) DO UPDATE SET version = excluded.version, name_zh = excluded.name_zh WHERE catalogue_department.version < excluded.version`,
      [rows.map((row) => row.department.code), rows.map((row) => row.version), rows.map((row) => row.department.nameZh)],
    );
  }

  async findMeasures(tx: Transaction, version: number, codes: readonly string[]): Promise<MeasureText[]> {
    const rows = await tx.query<{ version: number; code: string; name_zh: string; bases: readonly Basis[] }>(
      'SELECT version, code, name_zh, bases FROM catalogue_measure WHERE version = $1 AND code = ANY($2)',
      [version, [...new Set(codes)]],
    );
    return rows.map((row) => ({ version: row.version, code: row.code, nameZh: row.name_zh, bases: row.bases }));
  }

  async findDepartmentNames(tx: Transaction, codes: readonly string[]): Promise<Map<string, string>> {
    const rows = await tx.query<{ code: string; name_zh: string }>('SELECT code, name_zh FROM catalogue_department WHERE code = ANY($1)', [
      [...new Set(codes)],
    ]);
    return new Map(rows.map((row) => [row.code, row.name_zh]));
  }
}
