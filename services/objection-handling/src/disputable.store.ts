import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Disputable, Known } from './disputable.rules.ts';

interface DisputableRow {
  readonly kind: Disputable['kind'];
  readonly id: string;
  readonly version: number;
  readonly subject_key: string;
  readonly subject_id: string;
  readonly number: string;
  readonly list_code: string | null;
  readonly department_code: string;
  readonly status: string;
  readonly in_force: boolean;
  readonly disputed: boolean;
  readonly valid_to: string | null;
}

/** All SQL of what may be disputed. */
@Injectable()
export class DisputableStore {
  async find(
    tx: Transaction,
    kind: string,
    by: { readonly id?: string | undefined; readonly number?: string | undefined },
  ): Promise<Known[]> {
    const rows = await tx.query<DisputableRow>(
      'SELECT * FROM disputable WHERE kind = $1 AND ($2::uuid IS NULL OR id = $2) AND ($3::text IS NULL OR number = $3) LIMIT 2',
      [kind, by.id ?? null, by.number ?? null],
    );
    return rows.map(knownOf);
  }

  async findMany(tx: Transaction, kind: string, ids: readonly string[]): Promise<Map<string, Known>> {
    const rows = await tx.query<DisputableRow>('SELECT * FROM disputable WHERE kind = $1 AND id = ANY($2::uuid[])', [kind, ids]);
    return new Map(rows.map((row) => [row.id, knownOf(row)]));
  }

  /** Saves what was heard; an older version than the known one changes nothing. */
  async save(tx: Transaction, rows: readonly Known[]): Promise<void> {
    await tx.execute(
      `INSERT INTO disputable (kind, id, version, subject_key, subject_id, number, list_code, department_code, status, in_force, disputed, valid_to)
       SELECT * FROM unnest($1::text[], $2::uuid[], $3::integer[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::boolean[], $11::boolean[], $12::date[])
       ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, subject_key = excluded.subject_key, subject_id = excluded.subject_id,
         number = excluded.number, list_code = excluded.list_code, department_code = excluded.department_code, status = excluded.status,
         in_force = excluded.in_force, disputed = excluded.disputed, valid_to = excluded.valid_to
       WHERE disputable.version <= excluded.version`,
      [
        rows.map((row) => row.kind),
        rows.map((row) => row.id),
        rows.map((row) => row.version),
        rows.map((row) => row.subjectKey),
        rows.map((row) => row.subjectId),
        rows.map((row) => row.number),
        rows.map((row) => row.listCode),
        rows.map((row) => row.departmentCode),
        rows.map((row) => row.status),
        rows.map((row) => row.inForce),
        rows.map((row) => row.disputed),
        rows.map((row) => row.validTo),
      ],
    );
  }
}

function knownOf(row: DisputableRow): Known {
  return {
    kind: row.kind,
    id: row.id,
    version: row.version,
    subjectKey: row.subject_key,
    subjectId: row.subject_id,
    number: row.number,
    listCode: row.list_code,
    departmentCode: row.department_code,
    status: row.status,
    inForce: row.in_force,
    disputed: row.disputed,
    validTo: row.valid_to,
  };
}
