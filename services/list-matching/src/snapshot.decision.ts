import type { ImportQuestion } from './import-kind.ts';

/** When a full list is doubted. Percentages of its last file. */
export interface SnapshotSettings {
  readonly minPercent: number;
  readonly maxPercent: number;
  readonly comparedFrom: number;
  readonly answerWorkdays: number;
}

/**
 * A list that suddenly halves or doubles stops and asks: a cut-off file must free nobody by mistake, a doubled one must list nobody by mistake.
 * @param last size of the last full file, or of what stands on the list when there was none
 * @param now rows of this file
 */
export function judgeSize(settings: SnapshotSettings, listCode: string, last: number, now: number): ImportQuestion | undefined {
  if (last < settings.comparedFrom) return undefined;
  const percent = Math.round((now * 1000) / last) / 10;
  if (percent >= settings.minPercent && percent <= settings.maxPercent) return undefined;
  const detail = `名单 ${listCode} 上次为 ${last} 条，本次文件为 ${now} 条（${percent}%），超出 ${settings.minPercent}%–${settings.maxPercent}%；请核对文件是否完整，确认后继续`;
  return { code: 'LIST_SIZE_JUMPED', detail, figures: { last, now, percent } };
}
