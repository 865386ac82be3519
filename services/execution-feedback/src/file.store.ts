import type { FileRow } from '@lianxin/files';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

@Injectable()
export class FileStore {
  async insert(tx: Transaction, file: FileRow): Promise<void> {
    await tx.execute(
      `INSERT INTO evidence_file (id, department_code, sha256, size_bytes, media_type, name, uploaded_by, uploaded_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [file.id, file.department_code, file.sha256, file.size_bytes, file.media_type, file.name, file.uploaded_by, file.uploaded_at],
    );
  }

  async find(tx: Transaction, id: string): Promise<FileRow | undefined> {
    const [row] = await tx.query<FileRow>('SELECT * FROM evidence_file WHERE id = $1', [id]);
    return row;
  }

  /** Of these ids those that are files of this department. */
  async findKnown(tx: Transaction, departmentCode: string, ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await tx.query<{ id: string }>('SELECT id FROM evidence_file WHERE id = ANY ($1::uuid[]) AND department_code = $2', [
      ids,
      departmentCode,
    ]);
    return new Set(rows.map((row) => row.id));
  }
}
