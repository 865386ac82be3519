import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addDays,
  beijingDate,
  type CatalogueDepartment,
  catalogueKey,
  cataloguePublished,
  generateUscc,
  idNumberCheckCharacter,
} from '@lianxin/contracts';
import type { EventFeeder } from '@lianxin/testing';
import { parse } from 'csv-parse/sync';

let serial = 0;

/** A valid code that no other designation of this file has; region 320799 does not exist. */
export function nextUscc(registration = '91'): string {
  serial++;
  return generateUscc(registration, 'ML', serial);
}

/** A valid number of somebody born on a day; synthetic region. */
export function nextIdNumber(birthDate = '1980-03-07'): string {
  serial++;
  const body = `320799${birthDate.replaceAll('-', '')}${String(serial % 1000).padStart(3, '0')}`;
  return body + idNumberCheckCharacter(body);
}

export const today = beijingDate(new Date());
export function daysAgo(days: number): string {
  return addDays(today, -days);
}

interface Body {
  [field: string]: unknown;
  listCode: string;
  sourceRecordId: string;
  subject: Record<string, unknown>;
  decision: { name: string; number: string; date: string };
}

/** A complete, lawful designation. */
export function designationOf(listCode: string, changes: Record<string, unknown> = {}): Body {
  serial++;
  const documents = listCode.startsWith('RL-')
    ? { publicNotice: { openedOn: daysAgo(40), closedOn: daysAgo(20) } }
    : {
        notice: { servedOn: daysAgo(40), defenceEndedOn: daysAgo(20), method: 'DIRECT' },
        service: { decisionServedOn: daysAgo(8), repairNoticeServedOn: daysAgo(8), method: 'DIRECT' },
      };
  return {
    listCode,
    sourceRecordId: `${listCode}/${serial}`,
    subject: { kind: 'LEGAL', name: `示例${serial}有限公司`, usccCode: nextUscc(), regionCode: '320706' },
    facts: '合成数据：用于测试的事由',
    basis: [{ document: '示例依据', article: '第1条' }],
    decision: { name: '列入决定书', number: `示例决〔2026〕${serial}号`, date: daysAgo(10) },
    ...documents,
    ...changes,
  };
}

/** A person named in the decision and served, unless told otherwise. */
export function partyOf(role = 'LEGAL_REPRESENTATIVE', changes: Record<string, unknown> = {}): Record<string, unknown> {
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

function department(code: string, parentCode: string | null): CatalogueDepartment {
  return {
    code,
    nameZh: code,
    nameEn: code,
    kind: 'GOV',
    level: parentCode === null ? 'CITY' : 'COUNTY',
    tenant: true,
    supervised: true,
    regionCode: parentCode === null ? '320700' : '320706',
    parentCode,
    zoneHost: null,
    validFrom: '2019-01-01',
  };
}

/** The rows of one catalogue version: the designating departments of every list and one county's copy. */
export function catalogueRows(version: number) {
  const lists = parse(readFileSync(join(import.meta.dirname, '../catalogue/lists.csv'), 'utf8'), { columns: true }) as Record<
    string,
    string
  >[];
  const codes = [...new Set(lists.flatMap((list) => (list['designating_departments'] ?? '').split(';')))];
  const departments = [...codes.map((code) => department(code, null)), department('HZ-SCJGJ', 'SCJGJ')];
  return departments.map((row, index) => ({
    version,
    rowNumber: index + 1,
    rowCount: departments.length,
    row: { kind: 'DEPARTMENT' as const, department: row },
  }));
}

export async function publishCatalogue(feeder: EventFeeder, version = 1): Promise<void> {
  await feeder.sendRecords(catalogueRows(version).map((row) => feeder.make(cataloguePublished, catalogueKey, row).record));
}
