import { correctableFacts } from '@lianxin/contracts';
import type { OwedCorrection } from './procedure.rules.ts';

const correctable: readonly string[] = correctableFacts;

/** Of what a finding names, the facts that are still to be corrected. The rest (OTHER, words of older findings) is corrected by the unit's document alone. */
export function factsOwed({ fields }: OwedCorrection): readonly string[] {
  return fields.filter((field) => correctable.includes(field));
}

/** What is owed after these facts have been corrected, whichever objection they were corrected for. */
export function owedAfter(owed: readonly OwedCorrection[], corrected: readonly string[]): readonly OwedCorrection[] {
  return owed.map((one) => ({
    ...one,
    fields: one.fields.filter((field) => !correctable.includes(field) || !corrected.includes(field)),
  }));
}
