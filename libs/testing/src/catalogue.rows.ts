import type { CatalogueMeasure } from '@lianxin/contracts';

/** A measure as a catalogue publishes it: departments must apply it when the subject comes to them (C01). A test gives what matters to it. */
export function catalogueMeasure(code: string, canonicalCode: string, over: Partial<CatalogueMeasure> = {}): CatalogueMeasure {
  return {
    code,
    listCodes: ['BL-MKT'],
    memoCode: null,
    direction: 'PUNISH',
    nameZh: `措施${code}`,
    nameEn: code,
    kind: 'ADM',
    class: 'C01',
    group: '1',
    force: 'MANDATORY',
    trigger: 'ON_EVENT',
    subjectKinds: ['LEGAL', 'PERSON'],
    partyRoles: ['SUBJECT'],
    canonicalCode,
    minGrade: null,
    holdExempt: false,
    termRule: 'ENTRY_TERM',
    effectiveFrom: '2016-01-01',
    effectiveTo: null,
    condition: null,
    executors: [],
    bases: [
      {
        document: '食品安全法',
        article: '第135条',
        basisKind: 'LAW',
        coversLists: ['BL-MKT'],
        verified: true,
        effectiveFrom: '2016-01-01',
      },
    ],
    ...over,
  };
}
