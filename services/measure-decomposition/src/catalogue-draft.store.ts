import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { RowChange } from './catalogue-content.rules.ts';

export type DraftStatus = 'OPEN' | 'PUBLISHED' | 'IN_FORCE' | 'DISCARDED';

export interface DraftRow {
  readonly draft_id: string;
  readonly title_zh: string;
  readonly reason_zh: string;
  readonly document_no: string | null;
  readonly base_version: number;
  readonly status: DraftStatus;
  readonly revision: number;
  readonly effective_from: string | null;
  readonly editors: string[];
  readonly published_by: string | null;
  readonly created_at: Date;
  readonly changed_at: Date;
  readonly published_at: Date | null;
  readonly version: number | null;
  readonly changed_rows: number;
}

const draftColumns = `d.*, (SELECT version FROM catalogue_version v WHERE v.draft_id = d.draft_id) AS version,
  (SELECT count(*) FROM catalogue_draft_row r WHERE r.draft_id = d.draft_id)::integer AS changed_rows`;

export interface VersionRow {
  readonly version: number;
  readonly effective_from: string | null;
  readonly published_at: Date;
  readonly row_count: number;
  readonly draft_id: string | null;
  readonly title_zh: string | null;
  readonly document_no: string | null;
  readonly editors: string[] | null;
  readonly published_by: string | null;
}

/** All SQL of drafts. */
@Injectable()
export class CatalogueDraftStore {
  async insert(
    tx: Transaction,
    draft: Pick<DraftRow, 'draft_id' | 'title_zh' | 'reason_zh' | 'document_no' | 'base_version'> & { editor: string; at: Date },
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO catalogue_draft (draft_id, title_zh, reason_zh, document_no, base_version, status, revision, editors, created_at, changed_at)
       VALUES ($1, $2, $3, $4, $5, 'OPEN', 1, ARRAY[$6], $7, $7)`,
      [draft.draft_id, draft.title_zh, draft.reason_zh, draft.document_no, draft.base_version, draft.editor, draft.at],
    );
  }

  async find(tx: Transaction, draftId: string): Promise<DraftRow | undefined> {
    const [row] = await tx.query<DraftRow>(`SELECT ${draftColumns} FROM catalogue_draft d WHERE d.draft_id = $1`, [draftId]);
    return row;
  }

  /** Locked until the transaction ends: of two edits one comes after the other and sees it. */
  async lock(tx: Transaction, draftId: string): Promise<DraftRow | undefined> {
    await tx.query('SELECT 1 FROM catalogue_draft WHERE draft_id = $1 FOR UPDATE', [draftId]);
    return this.find(tx, draftId);
  }

  readPage(tx: Transaction, filter: { status: string | null; before: string | null; limit: number }): Promise<DraftRow[]> {
    return tx.query<DraftRow>(
      `SELECT ${draftColumns} FROM catalogue_draft d WHERE ($1::text IS NULL OR d.status = $1) AND ($2::uuid IS NULL OR d.draft_id < $2)
       ORDER BY d.draft_id DESC LIMIT $3`,
      [filter.status, filter.before, filter.limit + 1],
    );
  }

  /** Puts rows into a draft; the same row again replaces what the draft had. */
  async saveRows(tx: Transaction, draftId: string, changes: readonly RowChange[], editor: string, at: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO catalogue_draft_row (draft_id, kind, code, content, changed_by, changed_at)
       SELECT $1, kind, code, content, $5, $6 FROM unnest($2::text[], $3::text[], $4::jsonb[]) AS new (kind, code, content)
       ON CONFLICT (draft_id, kind, code) DO UPDATE SET content = excluded.content, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
      [
        draftId,
        changes.map((change) => change.kind),
        changes.map((change) => change.code),
        changes.map((change) => (change.content === null ? null : JSON.stringify(change.content))),
        editor,
        at,
      ],
    );
    await this.touch(tx, draftId, editor, at);
  }

  /** Takes a row out of a draft: the base's row stands again. */
  async dropRow(tx: Transaction, draftId: string, row: Pick<RowChange, 'kind' | 'code'>, editor: string, at: Date): Promise<void> {
    await tx.execute('DELETE FROM catalogue_draft_row WHERE draft_id = $1 AND kind = $2 AND code = $3', [draftId, row.kind, row.code]);
    await this.touch(tx, draftId, editor, at);
  }

  async rebase(tx: Transaction, draftId: string, version: number, editor: string, at: Date): Promise<void> {
    await tx.execute('UPDATE catalogue_draft SET base_version = $2 WHERE draft_id = $1', [draftId, version]);
    await this.touch(tx, draftId, editor, at);
  }

  readChanges(tx: Transaction, draftId: string): Promise<RowChange[]> {
    return tx.query<RowChange>('SELECT kind, code, content FROM catalogue_draft_row WHERE draft_id = $1 ORDER BY kind, code', [draftId]);
  }

  async hasWaiting(tx: Transaction): Promise<boolean> {
    return (await tx.query(`SELECT 1 FROM catalogue_draft WHERE status = 'PUBLISHED'`)).length > 0;
  }

  /** A simulation of this draft as it is now, for this day, that has come to its end. */
  async isSimulated(tx: Transaction, draftId: string, revision: number, effectiveFrom: string): Promise<boolean> {
    const rows = await tx.query(
      `SELECT 1 FROM catalogue_job WHERE draft_id = $1 AND kind = 'SIMULATION' AND status = 'succeeded' AND draft_revision = $2
         AND effective_from = $3 LIMIT 1`,
      [draftId, revision, effectiveFrom],
    );
    return rows.length > 0;
  }

  async publish(tx: Transaction, draftId: string, publication: { effectiveFrom: string; by: string; at: Date }): Promise<void> {
    await tx.execute(
      `UPDATE catalogue_draft SET status = 'PUBLISHED', effective_from = $2, published_by = $3, published_at = $4, changed_at = $4 WHERE draft_id = $1`,
      [draftId, publication.effectiveFrom, publication.by, publication.at],
    );
  }

  async setInForce(tx: Transaction, draftId: string): Promise<void> {
    await tx.execute(`UPDATE catalogue_draft SET status = 'IN_FORCE' WHERE draft_id = $1`, [draftId]);
  }

  async discard(tx: Transaction, draftId: string, at: Date): Promise<void> {
    await tx.execute(
      `UPDATE catalogue_draft SET status = 'DISCARDED', effective_from = NULL, published_by = NULL, published_at = NULL, changed_at = $2 WHERE draft_id = $1`,
      [draftId, at],
    );
  }

  readVersionPage(tx: Transaction, before: number | null, limit: number): Promise<VersionRow[]> {
    return tx.query<VersionRow>(
      `SELECT v.version, v.effective_from, v.published_at, v.row_count, v.draft_id, d.title_zh, d.document_no, d.editors, d.published_by
       FROM catalogue_version v LEFT JOIN catalogue_draft d USING (draft_id)
       WHERE $1::integer IS NULL OR v.version < $1 ORDER BY v.version DESC LIMIT $2`,
      [before, limit + 1],
    );
  }

  private async touch(tx: Transaction, draftId: string, editor: string, at: Date): Promise<void> {
    await tx.execute(
      `UPDATE catalogue_draft SET revision = revision + 1, changed_at = $3,
         editors = CASE WHEN $2 = ANY (editors) THEN editors ELSE editors || $2::text END WHERE draft_id = $1`,
      [draftId, editor, at],
    );
  }
}
