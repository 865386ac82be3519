import type { Transaction } from '@lianxin/platform';
import { neverReported, type SheetKey } from './public-sheet.rules.ts';

export interface SheetRow extends SheetKey {
  readonly id: string;
  readonly version: number;
  /** Null before the first declaration. */
  readonly declared: number | null;
  readonly reported: number;
  readonly talliedAt: Date | null;
}
export interface DeclarationRow {
  readonly sheetId: string;
  readonly no: number;
  readonly declared: number;
  /** How many had been reported by then. */
  readonly reported: number;
  readonly reason: string | null;
  readonly at: Date;
  readonly actor: string;
  readonly byOffice: boolean;
  readonly departmentCode: string;
}

const columns = `id, department_code AS "departmentCode", kind, month, version, declared, reported, tallied_at AS "talliedAt"`;

/** The sheet, made where it is not there yet, and locked: declarations and counts of it go one after the other. */
export async function lockSheet(tx: Transaction, { departmentCode, kind, month }: SheetKey): Promise<SheetRow> {
  await tx.execute('INSERT INTO public_sheet (department_code, kind, month) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    departmentCode,
    kind,
    month,
  ]);
  const [row] = await tx.query<SheetRow>(
    `SELECT ${columns} FROM public_sheet WHERE department_code = $1 AND kind = $2 AND month = $3 FOR UPDATE`,
    [departmentCode, kind, month],
  );
  if (row === undefined) throw new Error(`the sheet ${departmentCode} ${kind} ${month} is out of sight`);
  return row;
}

/** Those of these sheets that have been declared, locked in the order of their ids so that two counters never wait for each other in a ring. */
export function lockDeclared(tx: Transaction, keys: readonly SheetKey[]): Promise<SheetRow[]> {
  return tx.query<SheetRow>(
    `SELECT ${columns} FROM public_sheet
     WHERE declared IS NOT NULL AND (department_code, kind, month) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[])) ORDER BY id FOR UPDATE`,
    [keys.map((key) => key.departmentCode), keys.map((key) => key.kind), keys.map((key) => key.month)],
  );
}

export async function updateSheets(
  tx: Transaction,
  rows: readonly Pick<SheetRow, 'id' | 'version' | 'declared' | 'reported' | 'talliedAt'>[],
): Promise<void> {
  await tx.execute(
    `UPDATE public_sheet SET version = new.version, declared = new.declared, reported = new.reported, tallied_at = new.tallied_at
     FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[], $5::timestamptz[]) AS new (id, version, declared, reported, tallied_at)
     WHERE public_sheet.id = new.id`,
    [
      rows.map((row) => row.id),
      rows.map((row) => row.version),
      rows.map((row) => row.declared),
      rows.map((row) => row.reported),
      rows.map((row) => row.talliedAt),
    ],
  );
}

/** Distinct decisions of each of these months that have been reported: one that was withdrawn and sent again counts once. In the order of the keys. */
export async function countReported(tx: Transaction, keys: readonly SheetKey[]): Promise<number[]> {
  const rows = await tx.query<{ reported: number }>(
    `SELECT counted.reported FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS sheet (department_code, kind, month, place)
     CROSS JOIN LATERAL (
       SELECT count(DISTINCT source_key) AS reported FROM public_record AS record
       WHERE record.department_code = sheet.department_code AND record.kind = sheet.kind
         AND record.decided_on >= (sheet.month || '-01')::date AND record.decided_on < ((sheet.month || '-01')::date + interval '1 month')::date
         AND NOT (record.status = 'WITHDRAWN' AND coalesce(record.reason, '') = ANY ($4))
     ) AS counted ORDER BY sheet.place`,
    [keys.map((key) => key.departmentCode), keys.map((key) => key.kind), keys.map((key) => key.month), neverReported],
  );
  return rows.map((row) => row.reported);
}

/** Notes that the records of these months have changed, in the transaction that changed them. */
export async function touchSheets(tx: Transaction, keys: readonly SheetKey[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.execute(
    'INSERT INTO public_sheet_touched (department_code, kind, month) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
    [keys.map((key) => key.departmentCode), keys.map((key) => key.kind), keys.map((key) => key.month)],
  );
}

/** Takes notes out, each by one counter only: SKIP LOCKED lets replicas share them. @returns the sheets, each once, and how many notes there were */
export async function takeTouched(tx: Transaction, limit: number): Promise<{ keys: SheetKey[]; taken: number }> {
  const rows = await tx.query<SheetKey>(
    `DELETE FROM public_sheet_touched WHERE id IN (SELECT id FROM public_sheet_touched ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING department_code AS "departmentCode", kind, month`,
    [limit],
  );
  return { keys: [...new Map(rows.map((row) => [`${row.departmentCode} ${row.kind} ${row.month}`, row])).values()], taken: rows.length };
}

export async function insertDeclaration(tx: Transaction, row: DeclarationRow): Promise<void> {
  await tx.execute(
    `INSERT INTO public_declaration (sheet_id, no, declared, reported, reason, at, actor, by_office, department_code)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [row.sheetId, row.no, row.declared, row.reported, row.reason, row.at, row.actor, row.byOffice, row.departmentCode],
  );
}

/** All declarations of these sheets, the newest first. */
export function findDeclarations(tx: Transaction, sheetIds: readonly string[]): Promise<DeclarationRow[]> {
  return tx.query<DeclarationRow>(
    `SELECT sheet_id AS "sheetId", no, declared, reported, reason, at, actor, by_office AS "byOffice", department_code AS "departmentCode"
     FROM public_declaration WHERE sheet_id = ANY ($1) ORDER BY sheet_id, no DESC`,
    [sheetIds],
  );
}

export async function findSheet(tx: Transaction, id: string): Promise<SheetRow | undefined> {
  const [row] = await tx.query<SheetRow>(`SELECT ${columns} FROM public_sheet WHERE id = $1 AND declared IS NOT NULL`, [id]);
  return row;
}

/** A page of what the caller may see, newest first. */
export function findSheetPage(
  tx: Transaction,
  filter: { readonly kind?: string | undefined; readonly month?: string | undefined; readonly department?: string | undefined },
  beforeId: string | undefined,
  limit: number,
): Promise<SheetRow[]> {
  return tx.query<SheetRow>(
    `SELECT ${columns} FROM public_sheet
     WHERE declared IS NOT NULL AND ($1::text IS NULL OR kind = $1) AND ($2::text IS NULL OR month = $2) AND ($3::text IS NULL OR department_code = $3)
       AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`,
    [filter.kind ?? null, filter.month ?? null, filter.department ?? null, beforeId ?? null, limit],
  );
}
