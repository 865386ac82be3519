import type { ListType } from '@lianxin/contracts';
import type { NoticeMeasure, RepairTerms } from './decision-notice.rules.ts';

/** Words of both documents that many entries share; kept with the notice, so that what was served reads the same for ever. */
export interface NoticeTexts {
  readonly measures: readonly NoticeMeasure[];
  readonly warning: string;
  readonly removal: string;
  /** Null for an honour: it takes nothing from anybody. */
  readonly remedies: string | null;
  readonly repair: { readonly title: string; readonly sections: readonly { readonly title: string; readonly text: string }[] } | null;
}

/** R-6-11; of the court list R-2-12. Every clause that is named here has confidence H in the rule book. */
const administrativeRemedies =
  '对本决定不服的，可以自知道本决定之日起六十日内依法申请行政复议（行政复议法第二十条），也可以自知道本决定之日起六个月内依法提起行政诉讼（行政诉讼法第四十六条）。';
const courtRemedies =
  '认为列入有误的，可以向作出决定的人民法院书面申请纠正；人民法院自收到申请之日起十五日内审查，理由成立的三个工作日内纠正，不成立的决定驳回；对驳回决定不服的，可以自决定书送达之日起十日内向上一级人民法院申请复议。复议期间不停止决定的执行。';
const courtGrounds =
  '有下列情形之一的，人民法院在三个工作日内删除失信信息：（一）已履行生效法律文书确定的义务或者已执行完毕；（二）达成执行和解协议且已履行完毕；（三）申请执行人书面申请删除，人民法院审查同意；（四）终结本次执行程序后，两次以上查询被执行人财产未发现可供执行财产；（五）因审判监督或者破产程序裁定中止执行；（六）裁定不予执行；（七）裁定终结执行。';
const repairLaw = '国办发〔2025〕22号';
const repairLawSince = '2025-06-22';

/** The words that stand in the documents of a list on a day (R-2-7, R-5-2, R-5-7 to R-5-9, R-5-17, R-6-3, R-6-4). */
export function noticeTextsOf(
  list: { readonly type: ListType; readonly courtExit: boolean },
  repair: Omit<RepairTerms, 'earliestOn'> | null,
  measures: readonly NoticeMeasure[],
  decisionDate: string,
): NoticeTexts {
  return {
    measures,
    warning: warningOf(list.type, measures.length > 0),
    removal: removalOf(list.type, repair?.kind),
    remedies: list.type === 'RED' ? null : list.courtExit ? courtRemedies : administrativeRemedies,
    repair: repair === null ? null : { title: '信用修复告知书', sections: repairSections(repair, decisionDate) },
  };
}

function warningOf(type: ListType, hasMeasures: boolean): string {
  switch (type) {
    case 'RED':
      return hasMeasures ? '列入本名单后，可以依法依规享受附表所列激励措施。' : '列入本名单后，可以依法依规享受守信激励。';
    case 'FOCUS':
      return '列入重点关注名单的，只加强监督检查，不实施联合惩戒，不公示。';
    case 'ABNORMAL':
    case 'BLACK':
      return hasMeasures
        ? '列入本名单后，有关部门可以在各自职责范围内依法采取附表所列惩戒措施；标明“供参考”的由有关单位自行判断，不作为强制措施。'
        : '目前没有依法可以据此采取的惩戒措施，依法公示的除外。';
  }
}

function removalOf(type: ListType, kind: RepairTerms['kind'] | undefined): string {
  const wrong = '认定有误的，或者作为依据的决定被撤销、变更的，由认定单位撤销并移出。';
  if (type === 'RED') return '有效期届满、不再符合标准、被列入严重失信主体名单或者自愿放弃的，移出名单。';
  switch (kind) {
    case 'COURT_REMOVAL':
      return `期限届满移出；${courtGrounds}${wrong}`;
    case 'CORRECTION':
      return `列入的情形消除后，可以向作出决定的单位申请移出，经核实后移出。${wrong}`;
    case 'TERM_ONLY':
      return `期限届满移出。${wrong}`;
    case 'REPAIR':
      return `期限届满移出；届满前可以按照《信用修复告知书》申请信用修复，准予修复的移出。${wrong}`;
    case undefined:
      return `期限届满移出；届满前已经改正的，由认定单位移出。${wrong}`;
  }
}

function repairSections(repair: Omit<RepairTerms, 'earliestOn'>, decisionDate: string): { title: string; text: string }[] {
  const { kind } = repair;
  const from = repair.countsFrom === 'DECISION_DATE' ? '决定作出之日' : '失信信息公示之日';
  const when: Readonly<Record<RepairTerms['kind'], string>> = {
    REPAIR:
      repair.minMonths === 0
        ? '改正失信行为、履行法定义务后即可申请。'
        : `自${from}起满 ${repair.minMonths} 个月，并且改正失信行为、履行法定义务后可以申请；本名单的法律、行政法规、部门规章对起算日另有规定的，从其规定。`,
    COURT_REMOVAL: `本名单不适用信用修复程序。${courtGrounds}`,
    CORRECTION: '列入的情形消除后即可向作出决定的单位申请移出，经核实后移出。',
    TERM_ONLY: `本名单的期限由法律规定，期限届满移出，届满前不适用信用修复${repair.basis === null ? '' : `（${repair.basis}）`}。`,
  };
  const objection =
    '信用修复不收取任何费用；有人以有偿删除信用信息为名收费的，请向市信用办举报。认为公示内容、公示期限或者信用修复结果有误的，可以向“信用中国”网站或者认定单位提出异议，也可以在市公共信用信息平台提出。信息核实期间惩戒措施暂不执行，法律、司法解释另有规定的除外。';
  const sections = [{ title: '何时、在什么情形下可以移出', text: when[kind] }];
  if (kind === 'REPAIR') sections.push(...procedure);
  sections.push({ title: '费用和异议', text: objection });
  if (decisionDate >= repairLawSince)
    sections.push({ title: '依据', text: [repairLaw, ...(repair.basis === null ? [] : [repair.basis])].join('；') });
  return sections;
}

const procedure = [
  {
    title: '条件和材料',
    text: '（一）最短公示期已满；（二）已改正失信行为并全部履行法定义务；（三）公开作出信用承诺；（四）法律、行政法规、部门规章规定的其他条件。提交履行法定义务的证明材料和信用承诺书；部门之间能够核实的，不再要求提供。',
  },
  {
    title: '申请方式',
    text: '通过“信用中国”网站在线申请；也可以到政务服务大厅的信用修复窗口，由窗口协助填报。申请由认定单位办理。',
  },
  {
    title: '办理时限和结果',
    text: '认定单位在收到推送的申请后三个工作日内决定是否受理，受理后十个工作日内作出决定；情况复杂或者需要核实的可以延长一次并告知。准予修复的，同步终止公示、停止共享和使用、解除惩戒措施；不予修复的，书面说明理由和救济途径。',
  },
] as const;
