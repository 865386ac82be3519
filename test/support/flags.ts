import { addDays, beijingDate, generateUscc, idNumberCheckCharacter } from '@lianxin/contracts';

/** Counts from the start of each run, so that the same road makes the same flags on every way to run. */
let serial = 0;

/** A valid code that no other flag of this run has; region 320799 does not exist. */
export function nextUscc(): string {
  serial++;
  return generateUscc('91', 'MT', serial % 100_000);
}

/** A valid number of an adult that no other flag of this run has. Synthetic: the region does not exist. */
export function nextIdNumber(): string {
  serial++;
  const body = `3207991980${String((serial % 12) + 1).padStart(2, '0')}${String((serial % 28) + 1).padStart(2, '0')}${String(serial % 1000).padStart(3, '0')}`;
  return body + idNumberCheckCharacter(body);
}

/** Which department designates each enabled list (one of them). */
export const designators: Readonly<Record<string, string>> = {
  'BL-COURT': 'ZY',
  'BL-TAX': 'SHUIJ',
  'BL-WAGE': 'RSJ',
  'BL-SAFE': 'YJJ',
  'BL-MKT': 'SCJGJ',
  'BL-GP': 'CZJ',
  'BL-BID': 'ZJJ',
  'BL-CUST': 'HG',
  'BL-STAT': 'TJJ',
  'BL-CULT': 'WGLJ',
  'BL-SOC': 'MZJ',
  'BL-FRAUD': 'GAJ',
  'AB-MKT': 'SCJGJ',
  'RL-TAXA': 'SHUIJ',
  'RL-AEO': 'HG',
  'RL-SAFE': 'YJJ',
  'RL-ENV': 'STHJJ',
  'RL-VOL': 'TSW',
  'RL-CREDIT': 'FGW',
  'FL-TAX': 'SHUIJ',
  'FL-WAGE': 'RSJ',
  'FL-SAFE': 'YJJ',
  'FL-MKT': 'SCJGJ',
  'FL-ENV': 'STHJJ',
};
/** Lists on which only persons stand. */
export const personLists = new Set(['RL-VOL']);
/** Lists whose decision itself states the end of the term. */
const statedTerm = new Set(['BL-GP', 'BL-BID']);

export interface FlagParty {
  role: string;
  name: string;
  idType: string;
  idNumber: string;
  namedInDecision: boolean;
  noticeServedOn?: string;
  decisionServedOn?: string;
}

export interface FlagBody {
  [field: string]: unknown;
  listCode: string;
  sourceRecordId: string;
  subject: { kind: string; name: string; usccCode?: string; idType?: string; idNumber?: string; regionCode: string };
  parties: FlagParty[];
  decision: { name: string; number: string; date: string };
}

/** A day so many days before today, in Beijing. */
export function daysAgo(days: number): string {
  return addDays(beijingDate(new Date()), -days);
}

/** A complete, lawful designation: notice, defence, decision, service on the working-day calendar, all in the past. */
export function flagOf(listCode: string, changes: Partial<FlagBody> = {}): FlagBody {
  serial++;
  const reference = `${listCode}-${serial}`;
  const person = personLists.has(listCode);
  const documents = listCode.startsWith('RL-')
    ? { publicNotice: { openedOn: daysAgo(40), closedOn: daysAgo(20) } }
    : {
        notice: { servedOn: daysAgo(40), defenceEndedOn: daysAgo(20), method: 'DIRECT' },
        service: { decisionServedOn: daysAgo(8), repairNoticeServedOn: daysAgo(8), method: 'DIRECT' },
      };
  return {
    listCode,
    origin: 'CITY',
    sourceRecordId: reference,
    subject: person
      ? { kind: 'PERSON', name: '张示例', idType: 'ID_CARD', idNumber: nextIdNumber(), regionCode: '320706' }
      : { kind: 'LEGAL', name: `示例${reference}有限公司`, usccCode: nextUscc(), regionCode: '320706' },
    parties: [],
    facts: '合成数据：用于测试的事由',
    ...(listCode.startsWith('BL-') || listCode.startsWith('FL-') ? { grade: 'SERIOUS' } : {}),
    basis: [{ document: '示例依据', article: '第1条' }],
    decision: { name: '列入决定书', number: `示例决〔2026〕${serial}号`, date: daysAgo(10) },
    ...documents,
    ...(statedTerm.has(listCode) ? { validTo: addDays(beijingDate(new Date()), 400) } : {}),
    ...changes,
  };
}

/** A person named in the decision and served, unless told otherwise. */
export function partyOf(role: string, changes: Partial<FlagParty> = {}): FlagParty {
  return {
    role,
    name: '李示例',
    idType: 'ID_CARD',
    idNumber: nextIdNumber(),
    namedInDecision: true,
    noticeServedOn: daysAgo(40),
    decisionServedOn: daysAgo(8),
    ...changes,
  };
}
