import type { CatalogueMatter, CatalogueMeasure } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { Catalogue, Department, MeasureClass, Memorandum } from './catalogue.rules.ts';

type RowKind = 'MEASURE' | 'DEPARTMENT' | 'MATTER' | 'CLASS' | 'MEMORANDUM';

/** All SQL of the catalogue. Its text order is the order of its rows. */
@Injectable()
export class CatalogueStore {
  async findLatestVersion(tx: Transaction): Promise<{ version: number; contentHash: string } | undefined> {
    const [row] = await tx.query<{ version: number; content_hash: string }>(
      'SELECT version, content_hash FROM catalogue_version ORDER BY version DESC LIMIT 1',
    );
    return row === undefined ? undefined : { version: row.version, contentHash: row.content_hash };
  }

  /** @param rowCount rows that are published: measures, departments and matters. */
  async insert(tx: Transaction, catalogue: Catalogue, rowCount: number, contentHash: string): Promise<void> {
    await tx.execute('INSERT INTO catalogue_version (version, row_count, content_hash) VALUES ($1, $2, $3)', [
      catalogue.version,
      rowCount,
      contentHash,
    ]);
    const rows = rowsOf(catalogue);
    await tx.execute(
      `INSERT INTO catalogue_row (version, row_number, kind, code, content)
       SELECT $1, row_number, kind, code, content FROM unnest($2::text[], $3::text[], $4::jsonb[]) WITH ORDINALITY AS new (kind, code, content, row_number)`,
      [catalogue.version, rows.map((row) => row.kind), rows.map((row) => row.code), rows.map((row) => JSON.stringify(row.content))],
    );
  }

  async getVersion(tx: Transaction, version: number): Promise<Catalogue> {
    const rows = await tx.query<{ kind: RowKind; content: unknown }>(
      'SELECT kind, content FROM catalogue_row WHERE version = $1 ORDER BY row_number',
      [version],
    );
    if (rows.length === 0) throw new Error(`no catalogue version ${version}`);
    const contents = <Content>(kind: RowKind) => rows.filter((row) => row.kind === kind).map((row) => row.content as Content);
    return {
      version,
      measures: contents<CatalogueMeasure>('MEASURE'),
      departments: contents<Department>('DEPARTMENT'),
      matters: contents<CatalogueMatter>('MATTER'),
      classes: contents<MeasureClass>('CLASS'),
      memoranda: contents<Memorandum>('MEMORANDUM'),
    };
  }
}

function rowsOf(catalogue: Catalogue): { kind: RowKind; code: string; content: unknown }[] {
  const of = (kind: RowKind, contents: readonly { code: string }[]) => contents.map((content) => ({ kind, code: content.code, content }));
  return [
    ...of('MEASURE', catalogue.measures),
    ...of('DEPARTMENT', catalogue.departments),
    ...of('MATTER', catalogue.matters),
    ...of('CLASS', catalogue.classes),
    ...of('MEMORANDUM', catalogue.memoranda),
  ];
}
