import { addDays, beijingDate, generateUscc, idNumberCheckCharacter } from '@lianxin/contracts';

const day = (ago: number) => addDays(beijingDate(new Date()), -ago);
/** Apart for each run, so that no flag meets one of an earlier run. */
const run = String(Date.now() % 1_000_000);
let serial = 0;

function idNumber(): string {
  serial++;
  const body = `32079919${70 + (serial % 30)}${String((serial % 12) + 1).padStart(2, '0')}${String((serial % 28) + 1).padStart(2, '0')}${String(serial % 1000).padStart(3, '0')}`;
  return body + idNumberCheckCharacter(body);
}

/** Body of a lawful BL-WAGE designation with three named persons: some thirty tasks and ten notices. */
export function wageFlag(): { readonly sourceRecordId: string } & Record<string, unknown> {
  serial++;
  const person = (role: string) => ({
    role,
    name: '李示例',
    idType: 'ID_CARD',
    idNumber: idNumber(),
    namedInDecision: true,
    noticeServedOn: day(40),
    decisionServedOn: day(8),
  });
  return {
    listCode: 'BL-WAGE',
    origin: 'CITY',
    sourceRecordId: `bench-${run}-${serial}`,
    subject: { kind: 'LEGAL', name: `示例延迟${serial}有限公司`, usccCode: generateUscc('91', 'MB', serial), regionCode: '320706' },
    parties: [person('LEGAL_REPRESENTATIVE'), person('PRINCIPAL'), person('DIRECTLY_RESPONSIBLE')],
    facts: '合成数据',
    grade: 'SERIOUS',
    basis: [{ document: '示例依据' }],
    decision: { name: '列入决定书', number: `延〔2026〕${run}-${serial}号`, date: day(10) },
    notice: { servedOn: day(40), defenceEndedOn: day(20), method: 'DIRECT' },
    service: { decisionServedOn: day(8), repairNoticeServedOn: day(8), method: 'DIRECT' },
  };
}

/** Body of a lawful BL-MKT designation of an organisation alone: nine tasks and three notices. */
export function marketFlag(): { readonly sourceRecordId: string } & Record<string, unknown> {
  const { parties: _parties, ...body } = wageFlag() as ReturnType<typeof wageFlag> & { parties: object[] };
  return { ...body, listCode: 'BL-MKT' };
}
