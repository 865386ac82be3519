import type { CatalogueDepartment, CatalogueMeasure } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

export interface DepartmentRow {
  readonly code: string;
  readonly level: string;
  readonly parentCode: string | null;
}

export function findDepartments(tx: Transaction, codes: readonly string[]): Promise<DepartmentRow[]> {
  return tx.query<DepartmentRow>('SELECT code, level, parent_code AS "parentCode" FROM department WHERE code = ANY($1)', [codes]);
}

/** Credit offices of counties and zones, by the region that they answer for. */
export async function findCountyOffices(tx: Transaction): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ region_code: string; code: string }>(
    `SELECT region_code, code FROM department WHERE level = 'COUNTY' AND parent_code IS NULL AND tenant AND region_code IS NOT NULL`,
  );
  return new Map(rows.map((row) => [row.region_code, row.code]));
}

/** Names of departments, for what people read. */
export async function findDepartmentNames(tx: Transaction, codes: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ code: string; name_zh: string }>('SELECT code, name_zh FROM department WHERE code = ANY($1)', [
    [...new Set(codes)],
  ]);
  return new Map(rows.map((row) => [row.code, row.name_zh]));
}

/** Takes rows of a version; a row of an older version never overwrites a newer. */
export async function saveDepartments(
  tx: Transaction,
  rows: readonly { version: number; department: CatalogueDepartment }[],
): Promise<void> {
  await tx.execute(
    `INSERT INTO department (code, name_zh, level, parent_code, region_code, tenant, catalogue_version)
     SELECT DISTINCT ON (code) code, name_zh, level, parent_code, region_code, tenant, version
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::integer[])
       AS new (code, name_zh, level, parent_code, region_code, tenant, version)
     ORDER BY code, version DESC
     ON CONFLICT (code) DO UPDATE SET name_zh = excluded.name_zh, level = excluded.level, parent_code = excluded.parent_code,
       region_code = excluded.region_code, tenant = excluded.tenant, catalogue_version = excluded.catalogue_version WHERE department.catalogue_version <= excluded.catalogue_version`,
    [
      rows.map((row) => row.department.code),
      rows.map((row) => row.department.nameZh),
      rows.map((row) => row.department.level),
      rows.map((row) => row.department.parentCode),
      rows.map((row) => row.department.regionCode),
      rows.map((row) => row.department.tenant),
      rows.map((row) => row.version),
    ],
  );
}

/** Takes measures of a version, for the texts that name them; a row of an older version never overwrites a newer. */
export async function saveMeasures(tx: Transaction, rows: readonly { version: number; measure: CatalogueMeasure }[]): Promise<void> {
  await tx.execute(
    `INSERT INTO catalogue_measure (code, list_codes, measure, catalogue_version)
     SELECT DISTINCT ON (measure ->> 'code') measure ->> 'code', ARRAY(SELECT jsonb_array_elements_text(measure -> 'listCodes')), measure, version
     FROM unnest($1::jsonb[], $2::integer[]) AS new (measure, version)
     ORDER BY measure ->> 'code', version DESC
     ON CONFLICT (code) DO UPDATE SET list_codes = excluded.list_codes, measure = excluded.measure, catalogue_version = excluded.catalogue_version
       WHERE catalogue_measure.catalogue_version <= excluded.catalogue_version`,
    [rows.map((row) => JSON.stringify(row.measure)), rows.map((row) => row.version)],
  );
}

/** Measures that the catalogue has for a list. */
export async function findMeasuresOfList(tx: Transaction, listCode: string): Promise<CatalogueMeasure[]> {
  const rows = await tx.query<{ measure: CatalogueMeasure }>(
    'SELECT measure FROM catalogue_measure WHERE list_codes @> ARRAY[$1] ORDER BY code',
    [listCode],
  );
  return rows.map((row) => row.measure);
}

/** Notes how far each version has come. Rows of a version come in order under one key, so the last row means all rows. */
export async function noteCatalogueRows(
  tx: Transaction,
  rows: readonly { version: number; rowNumber: number; rowCount: number }[],
): Promise<void> {
  await tx.execute(
    `INSERT INTO catalogue_copy (version, row_count, highest_row)
     SELECT version, max(row_count), max(row_number) FROM unnest($1::integer[], $2::integer[], $3::integer[]) AS new (version, row_count, row_number)
     GROUP BY version
     ON CONFLICT (version) DO UPDATE SET highest_row = greatest(catalogue_copy.highest_row, excluded.highest_row)`,
    [rows.map((row) => row.version), rows.map((row) => row.rowCount), rows.map((row) => row.rowNumber)],
  );
}

/** Removes departments and measures that the newest complete version no longer has. */
export async function dropDepartmentsOfOlderVersions(tx: Transaction): Promise<void> {
  for (const table of ['department', 'catalogue_measure']) {
    await tx.execute(
      `DELETE FROM ${table} WHERE catalogue_version < (SELECT max(version) FROM catalogue_copy WHERE highest_row = row_count)`,
    );
  }
}

/** Whether some version has arrived as a whole. */
export async function isDepartmentCopyComplete(tx: Transaction): Promise<boolean> {
  const rows = await tx.query('SELECT 1 FROM catalogue_copy WHERE highest_row = row_count LIMIT 1');
  return rows.length > 0;
}
