import { beijingTime } from '@lianxin/contracts';
import type { Paper } from '@lianxin/documents';
import type { CertificateContent, CertificateRow } from './certificate.store.ts';

const lineZh: Readonly<Record<string, string>> = {
  PUBLICITY: '本系统公示与共享终止',
  DEPARTMENT_SITE: '认定部门网站停止公示',
  SITE: '信用中国停止公示',
  MEASURES: '失信惩戒措施解除',
};

/** Codes of the departments that a certificate names. */
export function departmentsOn(content: CertificateContent): string[] {
  return [content.departmentCode, ...content.receipts.flatMap((line) => line.departmentCode ?? [])];
}

/**
 * The certificate for people: departments by their names of today, for the content that its hash stands for knows codes.
 * @param names by code; a department without one goes by its code
 */
export function certificatePaper(
  { content, code, sha256, issued_at: issuedAt }: CertificateRow,
  names: ReadonlyMap<string, string>,
): Paper {
  const nameOf = (department: string) => names.get(department) ?? department;
  return {
    title: '信用修复全面恢复证明',
    documentNo: content.number,
    footer: `验证码 ${code}　查验：/api/v1/public/repair-certificates/${code}`,
    madeAt: issuedAt,
    blocks: [
      {
        kind: 'paragraph',
        text: `经${nameOf(content.departmentCode)}准予信用修复，下列失信信息的公示、共享和使用以及相应惩戒措施已自 ${beijingTime(content.restoredAt)}（北京时间）起全部终止。`,
        indent: true,
      },
      {
        kind: 'fields',
        fields: [
          ['主体', content.subject],
          ['修复申请编号', content.repairNumber],
          ['准予文号', content.documentNo],
          ['准予日期', content.grantedOn],
          ['全面恢复时间', beijingTime(content.restoredAt)],
        ],
      },
      {
        kind: 'table',
        columns: [
          { title: '记录', width: 6 },
          { title: '终止时间', width: 4 },
        ],
        rows: content.items.map((item) => [item.number, beijingTime(item.endedAt)]),
      },
      { kind: 'heading', text: '回执' },
      {
        kind: 'table',
        columns: [
          { title: '事项', width: 3 },
          { title: '单位', width: 3 },
          { title: '项数', width: 1 },
          { title: '完成时间', width: 3 },
        ],
        rows: content.receipts.map((line) => [
          `${lineZh[line.kind] ?? line.kind}${line.kept === 0 ? '' : `（${line.kept} 项另有依据，继续有效）`}`,
          line.departmentCode === null ? '—' : nameOf(line.departmentCode),
          String(line.total),
          line.doneAt === '' ? '—' : beijingTime(line.doneAt),
        ]),
      },
      { kind: 'paragraph', text: `内容散列（SHA-256）：${sha256}` },
      { kind: 'paragraph', text: '信用修复不收取任何费用。修复以虚假材料取得的，依法撤销，本证明同时失效。' },
      { kind: 'signature', signer: '公共信用信息中心', date: beijingTime(issuedAt.toISOString()).slice(0, 10) },
    ],
  };
}
