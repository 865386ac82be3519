import type { Transaction } from '@lianxin/platform';
import type { NoticeContent } from './decision-notice.rules.ts';
import type { NoticeTexts } from './decision-notice.texts.ts';

/** A row of `decision_notice`: written once, never changed. */
export interface NoticeRow {
  readonly entry_id: string;
  readonly entry_version: number;
  /** Never a readable person. */
  readonly content: NoticeContent;
  /** Identities of the persons it names, by subject; null when it names none. */
  readonly persons_sealed: string | null;
  /** SHA-256 over content, words and the keyed hashes of the persons, base64url. */
  readonly sha256: string;
  readonly made_at: Date;
  readonly made_by: string;
  readonly department_code: string;
}
export type StoredNotice = NoticeRow & { readonly texts: NoticeTexts };
export interface RenditionRow {
  readonly entry_id: string;
  readonly form: 'FULL' | 'MASKED';
  readonly sha256: string;
  readonly purpose: string | null;
  readonly actor: string;
  readonly at: Date;
  readonly department_code: string;
}

/** Words that many notices share stand once. */
export async function insertTexts(tx: Transaction, texts: ReadonlyMap<string, NoticeTexts>): Promise<void> {
  await tx.execute(
    `INSERT INTO notice_text (hash, texts) SELECT hash, texts FROM jsonb_to_recordset($1::jsonb) AS new (hash text, texts jsonb)
     ORDER BY hash ON CONFLICT (hash) DO NOTHING`,
    [JSON.stringify([...texts].map(([hash, words]) => ({ hash, texts: words })))],
  );
}

/** Keeps notices; an entry that has one keeps it. */
export async function insertNotices(tx: Transaction, rows: readonly NoticeRow[]): Promise<void> {
  await tx.execute(
    `INSERT INTO decision_notice SELECT * FROM jsonb_populate_recordset(NULL::decision_notice, $1::jsonb) ON CONFLICT (entry_id) DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

export async function findNotice(tx: Transaction, entryId: string): Promise<StoredNotice | undefined> {
  const [row] = await tx.query<StoredNotice>(
    `SELECT decision_notice.*, notice_text.texts FROM decision_notice JOIN notice_text ON notice_text.hash = content ->> 'textsHash' WHERE entry_id = $1`,
    [entryId],
  );
  return row;
}

/** Who took which form of a notice, and what for (R-8-8, R-8-13). */
export async function insertRendition(tx: Transaction, row: RenditionRow): Promise<void> {
  await tx.execute(
    `INSERT INTO notice_rendition (entry_id, form, sha256, purpose, actor, at, department_code)
     SELECT entry_id, form, sha256, purpose, actor, at, department_code FROM jsonb_populate_record(NULL::notice_rendition, $1::jsonb)`,
    [JSON.stringify(row)],
  );
}

export function findRenditions(tx: Transaction, entryId: string, limit: number): Promise<RenditionRow[]> {
  return tx.query<RenditionRow>('SELECT * FROM notice_rendition WHERE entry_id = $1 ORDER BY id DESC LIMIT $2', [entryId, limit]);
}
