import type { CatalogueDepartment } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';

/** All SQL of the names of departments. A version that comes late never takes back the name of a later one. */
export async function saveDepartmentNames(
  tx: Transaction,
  rows: readonly { readonly version: number; readonly department: CatalogueDepartment }[],
): Promise<void> {
  await tx.execute(
    `INSERT INTO department_name (code, version, name_zh)
     SELECT DISTINCT ON (code) code, version, name_zh FROM unnest($1::text[], $2::integer[], $3::text[]) AS new (code, version, name_zh)
     ORDER BY code, version DESC
     ON CONFLICT (code) DO UPDATE SET version = excluded.version, name_zh = excluded.name_zh WHERE department_name.version < excluded.version`,
    [rows.map((row) => row.department.code), rows.map((row) => row.version), rows.map((row) => row.department.nameZh)],
  );
}

export async function findDepartmentNames(tx: Transaction, codes: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ code: string; name_zh: string }>(
    'SELECT code, name_zh FROM department_name WHERE code = ANY ($1::text[])',
    [[...new Set(codes)]],
  );
  return new Map(rows.map((row) => [row.code, row.name_zh]));
}
