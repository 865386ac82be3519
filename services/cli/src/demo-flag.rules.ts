import {
  addDays,
  addMonths,
  addWorkingDays,
  generateUscc,
  idNumberCheckCharacter,
  type ListEntryRequest,
  type WorkingDayCalendar,
} from '@lianxin/contracts';

/** What a demonstration needs to know of a list. */
export interface DemoList {
  readonly code: string;
  readonly type: string;
  readonly status: string;
  readonly subjectKinds: readonly string[];
  readonly termKind: string;
  readonly defaultMonths: number | null;
  readonly termMinMonths: number | null;
}

export interface DemoGround {
  readonly today: string;
  readonly calendar: WorkingDayCalendar;
  /** 0 … 999,999; makes code, number and documents of this flag. */
  readonly serial: number;
  /** The record's own id at its source. */
  readonly sourceRecordId: string;
  /** A code that the user chose, and the name registered for it, if any. */
  readonly usccCode?: string | undefined;
  readonly name?: string | undefined;
}

/** Region of made-up data: it belongs to nobody. */
export const syntheticRegion = '320799';
/** Where the made-up subject is registered: a real district, so that territory (R-4-4) finds its executors. */
const registeredIn = '320706';
/** Longer than the required 5 and 7 working days, so that a stricter setting is met too. */
const defenceWorkdays = 10;
const monthsOfStatedTerm = 12;

/** Whether a code is made-up: its region does not exist. */
export function isSyntheticCode(usccCode: string): boolean {
  return usccCode.trim().slice(2, 8) === syntheticRegion;
}

/** Notice, defence, decision and service in lawful order, all on working days that are over (R-2-6, R-2-8, R-2-9). */
export function lawfulDates(calendar: WorkingDayCalendar, today: string) {
  const back = (date: string, days: number) => addWorkingDays(calendar, date, -days).date;
  const served = back(today, 1);
  const decided = back(served, 1);
  const defenceEnded = back(decided, 1);
  return { noticeServed: back(defenceEnded, defenceWorkdays), defenceEnded, decided, served };
}

/** A complete, lawful designation of a made-up subject, as `POST /api/v1/list-entries` wants it. */
export function demoFlag(list: DemoList, ground: DemoGround): Partial<ListEntryRequest> {
  const dates = lawfulDates(ground.calendar, ground.today);
  return {
    listCode: list.code,
    origin: 'CITY',
    sourceRecordId: ground.sourceRecordId,
    subject: subjectOf(list, ground),
    facts: '演示数据：用于展示联合奖惩流程的合成事由',
    ...(list.type === 'BLACK' ? { grade: 'SERIOUS' } : list.type === 'FOCUS' ? { grade: 'GENERAL' } : {}),
    basis: [{ document: '演示用认定依据', article: '第1条' }],
    decision: { name: '列入决定书（演示）', number: `演示决〔${dates.decided.slice(0, 4)}〕${ground.serial}号`, date: dates.decided },
    ...(list.type === 'RED'
      ? { publicNotice: { openedOn: dates.noticeServed, closedOn: dates.defenceEnded } }
      : {
          notice: { servedOn: dates.noticeServed, defenceEndedOn: dates.defenceEnded, method: 'DIRECT' },
          service: { decisionServedOn: dates.served, repairNoticeServedOn: dates.served, method: 'DIRECT' },
        }),
    ...termOf(list, ground.today),
  };
}

function subjectOf(list: DemoList, ground: DemoGround): ListEntryRequest['subject'] {
  const suffix = String(ground.serial).padStart(6, '0');
  if (ground.usccCode !== undefined || list.subjectKinds.includes('LEGAL')) {
    const usccCode = ground.usccCode ?? generateUscc('91', 'MD', ground.serial);
    // The name follows from the code: the same code flagged again is the same subject.
    return { kind: 'LEGAL', name: ground.name ?? `演示企业${usccCode.slice(-8)}有限公司`, usccCode, regionCode: registeredIn };
  }
  const born = addDays('1970-01-01', ground.serial % 10_000).replaceAll('-', '');
  const first17 = `${syntheticRegion}${born}${suffix.slice(-3)}`;
  const idNumber = first17 + idNumberCheckCharacter(first17);
  return { kind: 'PERSON', name: '演示人', idType: 'ID_CARD', idNumber, regionCode: registeredIn };
}

/** The end of the term where the list itself gives none and the decision must state it. */
function termOf(list: DemoList, today: string): { validTo?: string } {
  if (list.defaultMonths !== null || list.termKind.startsWith('UNTIL_')) return {};
  return { validTo: addMonths(today, list.termMinMonths ?? monthsOfStatedTerm) };
}
