import type { ListEntryRequest } from '@lianxin/contracts';
import { addDays, beijingDate } from '@lianxin/contracts/calendar-date';
import { idNumberCheckCharacter } from '@lianxin/contracts/id-number';
import { generateUscc, usccAlphabet } from '@lianxin/contracts/uscc';

/** Lists of which the page can inject a flag, with the unit that designates. */
export const demoLists = [
  { listCode: 'BL-WAGE', department: 'RSJ' },
  { listCode: 'BL-COURT', department: 'ZY' },
  { listCode: 'BL-SAFE', department: 'YJJ' },
  { listCode: 'RL-TAXA', department: 'SHUIJ' },
] as const;
export type DemoList = (typeof demoLists)[number];

/** What stands in the example, in Chinese as a department would write it: it is data, not text of the page. */
const stories: Readonly<
  Record<
    DemoList['listCode'],
    { readonly trade: string; readonly facts: string; readonly document: string; readonly article: string; readonly decision: string }
  >
> = {
  'BL-WAGE': {
    trade: '建筑劳务',
    facts: '（演示数据，纯属虚构）拖欠十八名农民工工资合计二十六万元，经责令限期支付，逾期未支付。',
    document: '保障农民工工资支付条例',
    article: '第48条',
    decision: '列入拖欠农民工工资失信联合惩戒对象名单决定书',
  },
  'BL-COURT': {
    trade: '商贸',
    facts: '（演示数据，纯属虚构）有履行能力而拒不履行生效法律文书确定的义务。',
    document: '民事诉讼法',
    article: '第266条',
    decision: '纳入失信被执行人名单决定书',
  },
  'BL-SAFE': {
    trade: '化工',
    facts: '（演示数据，纯属虚构）发生生产安全事故后瞒报，情节严重。',
    document: '安全生产法',
    article: '第78条',
    decision: '列入安全生产严重失信主体名单决定书',
  },
  'RL-TAXA': {
    trade: '新材料',
    facts: '（演示数据，纯属虚构）年度纳税信用评价为A级。',
    document: '纳税信用管理办法',
    article: '第29条',
    decision: '纳税信用A级纳税人公告',
  },
};
const shops = ['海月', '云台', '花果', '连岛', '东盐', '港城', '朝阳', '幸福', '锦屏', '孔望'];

/**
 * A complete, lawful designation of a made-up company: noticed, heard, decided and served, all in the past. Its code has a valid check digit and lies in region
 * 320799, which does not exist.
 */
export function demoFlag({ listCode }: DemoList, now: Date, random: () => number = Math.random): ListEntryRequest {
  const today = beijingDate(now);
  const daysAgo = (days: number) => addDays(today, -days);
  const story = stories[listCode];
  const serial = Math.floor(random() * 1_000_000);
  const shop = shops[serial % shops.length] ?? '';
  const reference = `${now.getTime().toString(36)}-${serial.toString(36)}`.toUpperCase();
  const isRed = listCode.startsWith('RL-');
  return {
    listCode,
    origin: 'CITY',
    sourceRecordId: `LIVE-${reference}`,
    subject: {
      kind: 'LEGAL',
      name: `示例${shop}${story.trade}${String(serial).padStart(6, '0')}有限公司`,
      usccCode: demoUscc(random),
      regionCode: '320706',
    },
    parties: isRed
      ? []
      : [
          {
            role: 'LEGAL_REPRESENTATIVE',
            name: '示例某',
            idType: 'ID_CARD',
            idNumber: demoIdNumber(random),
            namedInDecision: true,
            noticeServedOn: daysAgo(40),
            decisionServedOn: daysAgo(8),
          },
        ],
    facts: story.facts,
    ...(isRed ? {} : { grade: 'SERIOUS' as const }),
    basis: [{ document: story.document, article: story.article }],
    conditions: [],
    evidence: [],
    decision: { name: story.decision, number: `示例决〔${today.slice(0, 4)}〕${reference}号`, date: daysAgo(10) },
    ...(isRed
      ? { publicNotice: { openedOn: daysAgo(40), closedOn: daysAgo(20) } }
      : {
          notice: { servedOn: daysAgo(40), defenceEndedOn: daysAgo(20), method: 'DIRECT' as const },
          service: { decisionServedOn: daysAgo(8), repairNoticeServedOn: daysAgo(8), method: 'DIRECT' as const },
        }),
  };
}

/** So large a choice that no two flags meet. */
function demoUscc(random: () => number): string {
  const series = Array.from({ length: 5 }, () => usccAlphabet.charAt(Math.floor(random() * usccAlphabet.length))).join('');
  return generateUscc('91', `MY${series}`, Math.floor(random() * 10));
}

function demoIdNumber(random: () => number): string {
  const part = (from: number, count: number) => String(from + Math.floor(random() * count)).padStart(2, '0');
  const first17 = `320799${1960 + Math.floor(random() * 40)}${part(1, 12)}${part(1, 28)}${String(Math.floor(random() * 1000)).padStart(3, '0')}`;
  return first17 + idNumberCheckCharacter(first17);
}
