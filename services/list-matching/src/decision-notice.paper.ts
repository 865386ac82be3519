import type { Grade, PartyRole } from '@lianxin/contracts';
import type { Paper, PaperBlock } from '@lianxin/documents';
import type { PersonIdentity } from '@lianxin/platform';
import type { NoticeContent, NoticeMeasure, NoticePerson } from './decision-notice.rules.ts';
import type { NoticeTexts } from './decision-notice.texts.ts';
import { roleLabels } from './publication.rules.ts';

/** How persons stand on the paper: readable for who serves it and says why, masked for everybody else (R-8-8). */
export type NoticeForm = 'FULL' | 'MASKED';
export interface PrintedNotice {
  readonly content: NoticeContent;
  readonly texts: NoticeTexts;
  readonly sha256: string;
  readonly madeAt: Date;
  readonly form: NoticeForm;
  /** Identities by subject; asked only for the full form. */
  readonly persons: Readonly<Record<string, PersonIdentity>>;
}

const gradeLabels: Readonly<Record<Grade, string>> = { MINOR: '轻微', GENERAL: '一般', SERIOUS: '严重' };

/** Both documents as one paper: the decision, and on a page of its own the repair notice that is served with it (两书同达, R-5-9). */
export function noticePaperOf(notice: PrintedNotice): Paper {
  const { content, texts, sha256, madeAt, form } = notice;
  const { decision, source } = content;
  const remarks = [
    ...(form === 'MASKED' ? ['脱敏件，不用于送达'] : []),
    ...(source === 'RECORDED' ? ['根据认定单位登记的决定生成，与送达原件不一致的，以送达原件为准'] : []),
  ];
  const repair = texts.repair === null ? [] : repairBlocks(notice, texts.repair);
  return {
    title: decision.name,
    documentNo: decision.number,
    footer: [`记录 ${content.entryNumber}`, `内容校验 ${sha256}`, ...remarks].join('　'),
    madeAt,
    blocks: [...decisionBlocks(notice), ...repair],
  };
}

function decisionBlocks(notice: PrintedNotice): PaperBlock[] {
  const { content, texts } = notice;
  const { decision, listType } = content;
  const isHonour = listType === 'RED';
  const paragraphs = (text: string): PaperBlock[] => text.split('\n').map((line) => ({ kind: 'paragraph', text: line, indent: true }));
  const sections: [title: string, blocks: PaperBlock[]][] = [
    ['事实', paragraphs(decision.facts)],
    ['依据', [...decision.basis, ...(decision.listBasis === null ? [] : [decision.listBasis])].flatMap(paragraphs)],
    ['认定', paragraphs(`根据上述事实和依据，决定列入${content.listName}。${termText(decision)}`)],
    [isHonour ? '激励措施' : '失信惩戒措施提示', paragraphs(decision.warning ?? texts.warning)],
    ['移出条件和程序', paragraphs(decision.removal ?? texts.removal)],
    ...(texts.remedies === null ? [] : [['救济途径和期限', paragraphs(decision.remedies ?? texts.remedies)] as [string, PaperBlock[]]]),
  ];
  const listed = listType === 'BLACK' ? [['失信等级', gradeLabels[decision.grade]] as const] : [];
  return [
    { kind: 'fields', fields: [...personFields(notice), ['名单', content.listName], ...listed] },
    ...sections.flatMap(([title, blocks], index): PaperBlock[] => [
      { kind: 'heading', text: `${'一二三四五六'.charAt(index)}、${title}` },
      ...blocks,
    ]),
    { kind: 'signature', signer: content.departmentName, date: chineseDate(decision.date) },
    // Behind the signature, so that it never stands alone on a page of its own.
    ...(texts.measures.length === 0
      ? []
      : [{ kind: 'heading', text: `附表：${isHonour ? '激励措施' : '失信惩戒措施'}` } as const, measureTable(texts.measures)]),
  ];
}

function repairBlocks(notice: PrintedNotice, repair: NonNullable<NoticeTexts['repair']>): PaperBlock[] {
  const { content } = notice;
  const earliest = content.repair?.earliestOn;
  return [
    { kind: 'pageBreak' },
    { kind: 'title', text: repair.title, documentNo: `与 ${content.decision.number} 一并送达` },
    {
      kind: 'fields',
      fields: [
        ...personFields(notice),
        ['列入名单', content.listName],
        ...(earliest == null ? [] : [['最早申请日', chineseDate(earliest)] as const]),
      ],
    },
    ...repair.sections.flatMap(({ title, text }, index): PaperBlock[] => [
      { kind: 'heading', text: `${'一二三四五六七八九'.charAt(index)}、${title}` },
      { kind: 'paragraph', text, indent: true },
    ]),
    { kind: 'signature', signer: content.departmentName, date: chineseDate(content.decision.date) },
  ];
}

function measureTable(measures: readonly NoticeMeasure[]): PaperBlock {
  const others = (roles: readonly PartyRole[]) => roles.map((role) => roleLabels[role]).join('、');
  return {
    kind: 'table',
    columns: [
      { title: '措施', width: 40 },
      { title: '适用', width: 16 },
      { title: '依据', width: 44 },
    ],
    rows: measures.map(({ nameZh, bases, roles, reference }) => [
      reference && !nameZh.includes('参考') ? `${nameZh}（供参考）` : nameZh,
      others(roles),
      reference && bases.length === 0 ? '不作为强制措施' : bases.join('；'),
    ]),
  };
}

/** Who is meant; a natural person as `form` allows. */
function personFields({ content, form, persons }: PrintedNotice): (readonly [string, string])[] {
  return content.persons.flatMap((person) => {
    const label = person.role === 'SUBJECT' ? '当事人' : roleLabels[person.role];
    return [[label, identityText(person, form === 'FULL' ? persons[person.subjectId] : undefined)] as const];
  });
}

function identityText(person: NoticePerson, identity: PersonIdentity | undefined): string {
  if (person.kind !== 'PERSON') return `${person.name}　统一社会信用代码 ${person.usccCode ?? ''}`;
  return identity === undefined ? `${person.name}　证件号码 ${person.idMasked ?? ''}` : `${identity.name}　证件号码 ${identity.idNumber}`;
}

function termText({ validFrom, validTo, months }: NoticeContent['decision']): string {
  if (validTo !== null) return `有效期自${validFrom === null ? '生效之日' : chineseDate(validFrom)}至${chineseDate(validTo)}。`;
  return months === null ? '有效期至依法移出之日。' : `有效期自生效之日起 ${months} 个月。`;
}

function chineseDate(date: string): string {
  const [year, month, day] = date.split('-').map(Number);
  return `${year}年${month}月${day}日`;
}
