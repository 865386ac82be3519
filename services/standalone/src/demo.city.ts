import {
  addDays,
  addMonths,
  addWorkingDays,
  type listEntryRequestSchema,
  moveToWorkingDay,
  type WorkingDayCalendar,
} from '@lianxin/contracts';
import type { z } from 'zod';
import { citizen, company, type DemoSubject, shop } from './demo.people.ts';

type EntryInput = z.input<typeof listEntryRequestSchema>;
export interface DemoEntry {
  /** Whose key submits it. */
  readonly department: string;
  readonly request: EntryInput;
}

interface DemoList {
  readonly code: string;
  readonly department: string;
  readonly kind: 'BLACK' | 'FOCUS' | 'RED' | 'ABNORMAL';
  readonly documentZh: string;
  readonly basis: { readonly document: string; readonly article?: string };
  readonly factsZh: string;
  readonly industry?: string;
  /** Months of the term where the decision states it. */
  readonly months?: number;
  /** Whether the decision names the legal representative. */
  readonly namesRepresentative?: boolean;
  readonly subjects: readonly DemoSubject[];
}

const many = (count: number, first: number, make: (index: number) => DemoSubject): DemoSubject[] =>
  Array.from({ length: count }, (_, offset) => make(first + offset));

/** What the demo city begins with. Two companies stand on two lists: their common measures make one task with two bases. */
const lists: readonly DemoList[] = [
  {
    code: 'BL-WAGE',
    department: 'RSJ',
    kind: 'BLACK',
    documentZh: '列入拖欠农民工工资失信联合惩戒对象名单决定书',
    basis: { document: '保障农民工工资支付条例', article: '第48条' },
    factsZh: '拖欠农民工工资，经责令限期支付后逾期未支付',
    industry: '建筑业',
    namesRepresentative: true,
    subjects: many(12, 1, (index) => company(index, '建筑工程')),
  },
  {
    code: 'BL-TAX',
    department: 'SHUIJ',
    kind: 'BLACK',
    documentZh: '重大税收违法失信主体确定文书',
    basis: { document: '重大税收违法失信主体信息公布管理办法' },
    factsZh: '虚开增值税专用发票，达到重大税收违法失信主体确定标准',
    industry: '批发业',
    namesRepresentative: true,
    subjects: [...many(8, 21, (index) => company(index, '贸易')), company(1, '建筑工程')],
  },
  {
    code: 'BL-COURT',
    department: 'ZY',
    kind: 'BLACK',
    documentZh: '失信决定书',
    basis: { document: '民事诉讼法', article: '第266条' },
    factsZh: '有履行能力而拒不履行生效法律文书确定的义务',
    months: 24,
    subjects: [...many(5, 41, (index) => company(index, '实业')), ...many(6, 1, citizen), company(21, '贸易')],
  },
  {
    code: 'BL-SAFE',
    department: 'YJJ',
    kind: 'BLACK',
    documentZh: '列入安全生产严重失信主体名单决定书',
    basis: { document: '安全生产法', article: '第78条' },
    factsZh: '发生较大生产安全事故，负有主要责任',
    industry: '化工',
    namesRepresentative: true,
    subjects: many(6, 61, (index) => company(index, '化工')),
  },
  {
    code: 'BL-MKT',
    department: 'SCJGJ',
    kind: 'BLACK',
    documentZh: '列入市场监管严重违法失信名单决定书',
    basis: { document: '市场监督管理严重违法失信名单管理办法', article: '第5条' },
    factsZh: '生产经营不符合食品安全标准的食品，情节严重',
    industry: '餐饮业',
    subjects: [...many(5, 81, (index) => company(index, '食品')), ...many(5, 1, (index) => shop(index, '餐饮'))],
  },
  {
    code: 'FL-TAX',
    department: 'SHUIJ',
    kind: 'FOCUS',
    documentZh: '列入税收重点关注名单决定书',
    basis: { document: '发改财金规〔2017〕1798号' },
    factsZh: '一年内两次以上逾期申报',
    subjects: many(8, 101, (index) => company(index, '服务')),
  },
  {
    code: 'AB-MKT',
    department: 'SCJGJ',
    kind: 'ABNORMAL',
    documentZh: '列入经营异常名录决定书',
    basis: { document: '企业信息公示暂行条例', article: '第17条' },
    factsZh: '未按规定公示年度报告',
    subjects: many(4, 121, (index) => company(index, '商贸')),
  },
  {
    code: 'RL-TAXA',
    department: 'SHUIJ',
    kind: 'RED',
    documentZh: '纳税信用A级评价结果',
    basis: { document: '纳税缴费信用管理办法' },
    factsZh: '年度纳税信用评价为A级',
    subjects: many(60, 201, (index) => company(index, '制造')),
  },
  {
    code: 'RL-AEO',
    department: 'HG',
    kind: 'RED',
    documentZh: '高级认证企业证书',
    basis: { document: '海关注册登记和备案企业信用管理办法' },
    factsZh: '通过海关高级认证',
    subjects: many(12, 301, (index) => company(index, '进出口')),
  },
  {
    code: 'RL-VOL',
    department: 'TSW',
    kind: 'RED',
    documentZh: '优秀青年志愿者认定书',
    basis: { document: '发改财金〔2016〕2012号' },
    factsZh: '累计志愿服务时间达到认定标准',
    subjects: many(40, 101, citizen),
  },
];

/**
 * All entries of the demo city, with dates that satisfy the procedure of their list on the working-day calendar.
 * @param today the day of the first start: a seeding that was interrupted goes on with the same day, so that it sends the same records.
 */
export function demoEntries(today: string, calendar: WorkingDayCalendar): DemoEntry[] {
  const procedures = Array.from({ length: 15 }, (_, turn) => datesOf(turn, today, calendar));
  return lists.flatMap((list) =>
    list.subjects.map((subject, index) => ({
      department: list.department,
      request: entry(list, subject, index, procedures[index % procedures.length] ?? datesOf(0, today, calendar)),
    })),
  );
}

interface DemoDates {
  readonly today: string;
  /** Of a notice, and the end of the defence that it opened. */
  readonly noticed: string;
  readonly defenceEnded: string;
  /** Of the public notice before an honour. */
  readonly opened: string;
  readonly closed: string;
  readonly decided: string;
  readonly served: string;
}

/** Decided two to sixteen working days ago, served on the next working day. */
function datesOf(turn: number, today: string, calendar: WorkingDayCalendar): DemoDates {
  const before = (date: string, workdays: number) => addWorkingDays(calendar, date, -workdays).date;
  const decided = before(today, 2 + turn);
  const dayBefore = before(decided, 1);
  return {
    today,
    decided,
    noticed: before(decided, 8),
    defenceEnded: dayBefore,
    opened: before(decided, 10),
    closed: dayBefore,
    served: moveToWorkingDay(calendar, addDays(decided, 1)).date,
  };
}

function entry(list: DemoList, { subject, representative }: DemoSubject, index: number, dates: DemoDates): EntryInput {
  const serial = String(index + 1).padStart(3, '0');
  const proved = index % 2 === 0 ? { noticeServedOn: dates.noticed, decisionServedOn: dates.served } : {};
  return {
    listCode: list.code,
    sourceRecordId: `DEMO-${list.code}-${serial}`,
    subject,
    facts: list.factsZh,
    basis: [list.basis],
    decision: { name: list.documentZh, number: `连${list.code}〔${dates.decided.slice(0, 4)}〕${serial}号`, date: dates.decided },
    ...(list.industry === undefined ? {} : { industry: list.industry }),
    ...(list.months === undefined ? {} : { validTo: addMonths(dates.today, list.months) }),
    ...procedureOf(list, dates),
    // Every second decision was also served on the person whom it names; the others leave that person without a measure (R-2-15).
    ...(list.namesRepresentative === true && representative !== undefined
      ? { parties: [{ role: 'LEGAL_REPRESENTATIVE', ...representative, namedInDecision: true, ...proved }] }
      : {}),
  };
}

function procedureOf(list: DemoList, dates: DemoDates): Partial<EntryInput> {
  if (list.kind === 'ABNORMAL') return {};
  if (list.kind === 'RED') return { publicNotice: { openedOn: dates.opened, closedOn: dates.closed } };
  return {
    notice: { servedOn: dates.noticed, defenceEndedOn: dates.defenceEnded, method: 'DIRECT' },
    service: { decisionServedOn: dates.served, repairNoticeServedOn: dates.served, method: 'DIRECT' },
  };
}
