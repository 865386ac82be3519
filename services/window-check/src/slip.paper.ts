import { createHash } from 'node:crypto';
import { beijingTime, type CheckAnswer, type CheckCard } from '@lianxin/contracts';
import type { Paper, PaperBlock } from '@lianxin/documents';

/** What stands on a slip beside the answer itself. */
export interface SlipHead {
  readonly matterName: string;
  readonly matterCode: string;
  readonly caseNo: string | null;
  readonly departmentName: string;
  readonly operatorId: string | null;
}

const identities = {
  EXACT: '身份一致',
  NAME_NOT_GIVEN: '未提供名称，身份待核',
  NAME_DIFFERS: '名称不一致，身份待核',
  UNKNOWN: '无记录',
} as const satisfies Record<CheckAnswer['subjects'][number]['identity'], string>;
/** Roles by which windows commonly ask; any other is printed as it was given. */
const roles: Readonly<Record<string, string>> = { applicant: '申请人', legal_rep: '法定代表人', shareholder: '股东', bidder: '投标人' };
const levels = { critical: '依法限制', warning: '慎重审查', info: '提示' } as const;
const outcomes = { accepted: '采纳', overridden: '不采纳' } as const;

/** The slip of a check for the case file (核查单): a clean check is evidence too (product §B.9). Persons stand masked, as in the answer. */
export function slipPaperOf(answer: CheckAnswer, head: SlipHead): Paper {
  const paper = { title: '窗口核查单', documentNo: answer.number, madeAt: new Date(answer.askedAt), blocks: blocksOf(answer, head) };
  return { ...paper, footer: `核查单 ${answer.number}　内容校验 ${digestOf(answer.id, paper)}` };
}

/** Covers every part that is printed, and which check it is: two slips with one digest say the same to the letter. */
function digestOf(checkId: string, paper: { title: string; documentNo: string; madeAt: Date; blocks: readonly PaperBlock[] }): string {
  return createHash('sha256')
    .update(JSON.stringify([checkId, paper.title, paper.documentNo, paper.madeAt.toISOString(), paper.blocks]))
    .digest('hex');
}

function blocksOf(answer: CheckAnswer, head: SlipHead): PaperBlock[] {
  return [
    {
      kind: 'fields',
      fields: [
        ['核查时间', beijingTime(answer.askedAt)],
        ['事项', `${head.matterName}（${head.matterCode}）`],
        ...(head.caseNo === null ? [] : [['办件号', head.caseNo] as const]),
        ['核查部门', head.departmentName],
        ...(head.operatorId === null ? [] : [['经办人', head.operatorId] as const]),
      ],
    },
    { kind: 'heading', text: '一、核查主体' },
    {
      kind: 'table',
      columns: [
        { title: '序号', width: 0.1 },
        { title: '角色', width: 0.2 },
        { title: '名称', width: 0.45 },
        { title: '身份核对', width: 0.25 },
      ],
      rows: answer.subjects.map((one, index) => [
        `${index + 1}`,
        roles[one.role] ?? one.role,
        one.nameMasked ?? '—',
        identities[one.identity],
      ]),
    },
    { kind: 'heading', text: '二、核查结果' },
    ...(answer.cards.length === 0
      ? [{ kind: 'paragraph' as const, text: '截至核查时间，未发现与本事项有关的限制、慎重审查或激励措施。', indent: true }]
      : answer.cards.flatMap(cardBlocks)),
    {
      kind: 'paragraph',
      text: '本单反映核查时的数据；异议处理中、已解除的措施不得据以限制。提示不代替审批部门依法作出的决定。',
      indent: true,
    },
  ];
}

function measureText({ label, basis, isHeld }: CheckCard['suggestions'][number]): string {
  return `${label}${basis === null ? '' : `（${basis}）`}${isHeld === true ? '：暂停执行，不得据以限制' : ''}`;
}

function cardBlocks(card: CheckAnswer['cards'][number], index: number): PaperBlock[] {
  const decided = card.answered === null ? '尚未处理' : `${outcomes[card.answered.outcome]}（${beijingTime(card.answered.at)}）`;
  return [
    { kind: 'paragraph', text: `${index + 1}. 【${levels[card.indicator]}】主体 ${card.subjectIndex + 1}：${card.summary}`, indent: true },
    {
      kind: 'fields',
      fields: [
        ['来源', card.source.label],
        ['说明', card.detail],
        ...card.suggestions.map((one) => [one.measureId, measureText(one)] as const),
        ['窗口处理', decided],
      ],
    },
  ];
}
