import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Catalogue } from './catalogue.rules.ts';
import { type CatalogueRow, catalogueOf, rowsOf } from './catalogue-content.rules.ts';

/** All SQL of the catalogue. Its text order is the order of its rows. */
@Injectable()
export class CatalogueStore {
  async findLatestVersion(tx: Transaction): Promise<{ version: number; contentHash: string } | undefined> {
    const [row] = await tx.query<{ version: number; content_hash: string }>(
      'SELECT version, content_hash FROM catalogue_version ORDER BY version DESC LIMIT 1',
    );
    return row === undefined ? undefined : { version: row.version, contentHash: row.content_hash };
  }

  /** Every version that has come into force, in order, without its rows. */
  readVersions(tx: Transaction): Promise<{ version: number; effective_from: string | null }[]> {
    return tx.query('SELECT version, effective_from FROM catalogue_version ORDER BY version');
  }

  /** Whoever plans shares this lock until its transaction ends. */
  async lockForPlanning(tx: Transaction): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock_shared(hashtext('lianxin catalogue'), hashtext(current_schema()))`);
  }

  /**
   * Whoever brings a version into force holds this lock alone: every plan made under the version before is then committed, and will be found by the
   * re-planning that follows; every plan made afterwards knows the new version.
   */
  async lockForChange(tx: Transaction): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('lianxin catalogue'), hashtext(current_schema()))`);
  }

  /** @param rowCount rows that are published: measures, departments and matters. */
  async insert(
    tx: Transaction,
    catalogue: Catalogue,
    head: { rowCount: number; contentHash: string; effectiveFrom: string | null; draftId: string | null },
  ): Promise<void> {
    await tx.execute(
      'INSERT INTO catalogue_version (version, row_count, content_hash, effective_from, draft_id) VALUES ($1, $2, $3, $4, $5)',
      [catalogue.version, head.rowCount, head.contentHash, head.effectiveFrom, head.draftId],
    );
    const rows = rowsOf(catalogue);
    await tx.execute(
      `INSERT INTO catalogue_row (version, row_number, kind, code, content)
       SELECT $1, row_number, kind, code, content FROM unnest($2::text[], $3::text[], $4::jsonb[]) WITH ORDINALITY AS new (kind, code, content, row_number)`,
      [catalogue.version, rows.map((row) => row.kind), rows.map((row) => row.code), rows.map((row) => JSON.stringify(row.content))],
    );
  }

  async getVersion(tx: Transaction, version: number): Promise<Catalogue> {
    const rows = await tx.query<CatalogueRow>('SELECT kind, code, content FROM catalogue_row WHERE version = $1 ORDER BY row_number', [
      version,
    ]);
    if (rows.length === 0) throw new Error(`no catalogue version ${version}`);
    return catalogueOf(version, rows);
  }
}
