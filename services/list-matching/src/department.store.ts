import type { CatalogueDepartment } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

export interface DepartmentRow {
  readonly code: string;
  readonly level: string;
  readonly parentCode: string | null;
}

export function findDepartments(tx: Transaction, codes: readonly string[]): Promise<DepartmentRow[]> {
  return tx.query<DepartmentRow>('SELECT code, level, parent_code AS "parentCode" FROM department WHERE code = ANY($1)', [codes]);
}

/** Takes rows of a version; a row of an older version never overwrites a newer. */
export async function saveDepartments(
  tx: Transaction,
  rows: readonly { version: number; department: CatalogueDepartment }[],
): Promise<void> {
  await tx.execute(
    `INSERT INTO department (code, name_zh, level, parent_code, catalogue_version)
     SELECT DISTINCT ON (code) code, name_zh, level, parent_code, version
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[]) AS new (code, name_zh, level, parent_code, version)
     ORDER BY code, version DESC
     ON CONFLICT (code) DO UPDATE SET name_zh = excluded.name_zh, level = excluded.level, parent_code = excluded.parent_code,
       catalogue_version = excluded.catalogue_version WHERE department.catalogue_version <= excluded.catalogue_version`,
    [
      rows.map((row) => row.department.code),
      rows.map((row) => row.department.nameZh),
      rows.map((row) => row.department.level),
      rows.map((row) => row.department.parentCode),
      rows.map((row) => row.version),
    ],
  );
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

/** Removes departments that the newest complete version no longer has. */
export async function dropDepartmentsOfOlderVersions(tx: Transaction): Promise<void> {
  await tx.execute(
    'DELETE FROM department WHERE catalogue_version < (SELECT max(version) FROM catalogue_copy WHERE highest_row = row_count)',
  );
}

/** Whether some version has arrived as a whole. */
export async function isDepartmentCopyComplete(tx: Transaction): Promise<boolean> {
  const rows = await tx.query('SELECT 1 FROM catalogue_copy WHERE highest_row = row_count LIMIT 1');
  return rows.length > 0;
}
