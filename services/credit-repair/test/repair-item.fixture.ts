import type { RepairItem } from '../src/eligibility.rules.ts';

/** A fine of the general kind that is being published; a test gives what matters to it. */
export const penaltyItem = (changes: Partial<RepairItem> = {}): RepairItem => ({
  id: 'p1',
  kind: 'PENALTY',
  number: 'LYG-GS-2026-000001',
  departmentCode: 'SCJGJ',
  state: 'LIVE',
  endGround: null,
  listCode: null,
  listType: null,
  grade: 'GENERAL',
  categories: ['FINE'],
  fields: [],
  decidedOn: '2026-05-06',
  publicFrom: '2026-05-12',
  termEnd: null,
  originRegion: null,
  ...changes,
});
