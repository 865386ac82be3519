import type { PenaltyField } from '@lianxin/contracts';

/** A law by which a penalty belongs to one of the fields that have a longer shortest publicity. */
export interface PenaltyFieldLaw {
  /** Its name without 《中华人民共和国…》. */
  readonly lawZh: string;
  readonly field: PenaltyField;
}

/**
 * The fields of a penalty (食品、药品、特种设备、安全生产、消防, 58号令), by the laws that its own basis cites; none where no such law is cited: an unknown field never
 * makes anybody wait longer. Only a title in 《》 counts: 《…安全生产法实施办法》 of a province is another document.
 * @param basis 处罚依据 as the department wrote it
 */
export function penaltyFieldsOf(laws: readonly PenaltyFieldLaw[], basis: string | undefined): PenaltyField[] {
  const titles = [...(basis ?? '').matchAll(/《([^《》]+)》/g)].map(([, title = '']) => title.replace(/^中华人民共和国/, '').trim());
  return [...new Set(laws.filter(({ lawZh }) => titles.includes(lawZh)).map(({ field }) => field))].sort();
}
