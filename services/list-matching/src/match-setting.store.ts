import type { Transaction } from '@lianxin/platform';

export const matchSettingKeys = ['match.core_min', 'match.review_min', 'match.retry_days'] as const;
export type MatchSettingKey = (typeof matchSettingKeys)[number];

export interface MatchSettingRow {
  readonly key: MatchSettingKey;
  readonly value: number;
  readonly effective_from: string;
  readonly reason: string;
  readonly set_by: string;
  readonly set_at: Date;
}

/** Every value that was ever set, newest first. */
export function findMatchSettings(tx: Transaction): Promise<MatchSettingRow[]> {
  return tx.query<MatchSettingRow>(
    'SELECT key, value::float8 AS value, effective_from, reason, set_by, set_at FROM match_setting ORDER BY key, effective_from DESC, id DESC',
  );
}

export async function insertMatchSetting(tx: Transaction, row: Omit<MatchSettingRow, 'set_at'>): Promise<void> {
  await tx.execute('INSERT INTO match_setting (key, value, effective_from, reason, set_by) VALUES ($1, $2, $3, $4, $5)', [
    row.key,
    row.value,
    row.effective_from,
    row.reason,
    row.set_by,
  ]);
}
