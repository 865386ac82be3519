/** Limits of what may be set (R-11-6): a threshold is a share, and what is reviewed lies below what counts as alike. */
export const matchSettingLimits = {
  'match.core_min': { least: 0.5, most: 1 },
  'match.review_min': { least: 0.3, most: 1 },
  'match.retry_days': { least: 1, most: 365 },
} as const;
type Key = keyof typeof matchSettingLimits;

export interface DatedSetting {
  readonly key: Key;
  readonly value: number;
  readonly effective_from: string;
}

/** Values in force on a day; of several for one key the one with the latest start, of those the newest. @param rows newest first within a key */
export function settingsOn(rows: readonly DatedSetting[], day: string): Readonly<Record<Key, number>> {
  const inForce = (key: Key, otherwise: number) => rows.find((row) => row.key === key && row.effective_from <= day)?.value ?? otherwise;
  return {
    'match.core_min': inForce('match.core_min', 0.85),
    'match.review_min': inForce('match.review_min', 0.6),
    'match.retry_days': inForce('match.retry_days', 30),
  };
}

export type SettingCheck = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/** Whether a new value may stand beside those in force on its first day. */
export function checkSetting(setting: DatedSetting, rows: readonly DatedSetting[]): SettingCheck {
  const { least, most } = matchSettingLimits[setting.key];
  if (setting.value < least || setting.value > most) return { ok: false, detail: `${setting.key} 应在 ${least} 与 ${most} 之间` };
  const others = settingsOn([setting, ...rows], setting.effective_from);
  if (others['match.review_min'] > others['match.core_min']) return { ok: false, detail: 'match.review_min 不能大于 match.core_min' };
  return { ok: true };
}
