import { randomUUIDv7 } from 'node:crypto';
import {
  measurePlanMade,
  objectionAccepted,
  objectionClosed,
  objectionDecided,
  publicRecordPublished,
  publicReportReceived,
  publicReportTallied,
  repairAdvanced,
  repairGranted,
  repairReceived,
  urgeSent,
  verificationConcluded,
  verificationRequested,
} from '@lianxin/contracts';
import { type Flag, type Saying, say } from './sayings.ts';

/** An application for repair that was accepted and decided. */
export function repaired(receivedOn: string, grantedOn: string, dueOn = '2026-11-19'): Saying[] {
  const subjectId = randomUUIDv7();
  const head = { repairId: randomUUIDv7(), number: 'LYG-XF-2026-000001', subjectId, decidingDepartment: 'RSJ' };
  const items = [{ kind: 'LIST_ENTRY' as const, id: randomUUIDv7(), number: 'n' }];
  return [
    say(repairReceived, subjectId, {
      ...({ ...head, items, repairVersion: 1, status: 'RECEIVED', category: 'ORDINARY', channel: 'WINDOW', applicant: 'SUBJECT' } as const),
      ...{ linkedTo: null, receivedOn },
    }),
    say(repairAdvanced, subjectId, {
      ...({ ...head, items, repairVersion: 2, status: 'ACCEPTED', step: 'accept', on: receivedOn, dueOn } as const),
    }),
    say(repairGranted, subjectId, { ...head, entryId: items[0]?.id ?? '', documentNo: '文1', grantedOn }),
  ];
}

/** An objection that was accepted, decided and answered. */
export function objected(outcome: 'UPHELD' | 'DISMISSED'): Saying[] {
  const subjectId = randomUUIDv7();
  const head = {
    ...{ objectionId: randomUUIDv7(), number: 'LYG-YY-2026-000001', subjectId, sourceDepartment: 'RSJ' },
    target: { kind: 'LIST_ENTRY' as const, id: randomUUIDv7(), number: 'n', listCode: 'BL-WAGE', taskId: null },
  };
  const isUpheld = outcome === 'UPHELD';
  return [
    say(objectionAccepted, subjectId, {
      ...({ ...head, objectionVersion: 2, status: 'ACCEPTED', acceptedOn: '2026-11-02', marks: true, markDueOn: '2026-11-03' } as const),
    }),
    say(objectionDecided, subjectId, {
      ...{ ...head, objectionVersion: 8, status: outcome, outcome, effect: isUpheld ? 'VOID' : 'KEEP', documentNo: '异1' },
      ...{ errorSource: isUpheld ? 'SOURCE' : null, decidedOn: '2026-11-10', stillDisputed: false, validTo: null, correctedFields: [] },
    }),
    say(objectionClosed, subjectId, {
      ...({ ...head, objectionVersion: 10, status: 'CLOSED' } as const),
      documentNo: '答1',
      closedOn: '2026-11-12',
    }),
  ];
}

/** A subject of a national batch, verified where `verifiedOn` is given. */
export function verified(verifiedOn?: string): Saying[] {
  const subjectId = randomUUIDv7();
  const head = {
    ...{ verificationId: randomUUIDv7(), number: 'LYG-HS-2026-000001', batchId: randomUUIDv7(), batchNo: 'B-1', subjectId },
    ...{ departmentCode: 'GY', industryDepartment: 'RSJ' },
  };
  const requested = say(verificationRequested, subjectId, { ...head, verificationVersion: 1, listCodes: ['BL-WAGE'], dueOn: '2026-11-20' });
  if (verifiedOn === undefined) return [requested];
  return [
    requested,
    say(verificationConcluded, subjectId, { ...head, verificationVersion: 2, result: 'V1', verifiedOn, documentNo: null }),
  ];
}

/** A penalty that was published on a day, which was due on the tenth. */
export function penalised(publishedOn: string): Saying {
  const subjectId = randomUUIDv7();
  return say(publicRecordPublished, subjectId, {
    ...({
      recordId: randomUUIDv7(),
      recordVersion: 1,
      number: 'LYG-GS-2026-000001',
      kind: 'PENALTY',
      subjectId,
      subjectKind: 'LEGAL',
    } as const),
    ...({
      departmentCode: 'SCJGJ',
      status: 'PUBLISHED',
      documentNo: '罚1',
      decidedOn: '2026-11-01',
      grade: 'GENERAL',
      categories: ['FINE'],
    } as const),
    ...{ fineWan: '1.5', publicUntil: '2027-11-10', publishedOn, publishDueOn: '2026-11-10' },
  });
}

/** A file of penalties that came with so many rows, so many of them right in form; of version 2 it was undone. */
export function reported(received: number, valid: number, reportId = randomUUIDv7(), reportVersion = 1): Saying {
  return say(publicReportReceived, reportId, {
    ...({
      reportId,
      reportVersion,
      departmentCode: 'SCJGJ',
      kind: 'PENALTY',
      channel: 'FILE',
      reportedOn: '2026-11-12',
      received,
      valid,
    } as const),
  });
}

/** How many penalties of a month were declared as decided, and how many of them reported. */
export function tallied(declared: number, reported: number, month = '2026-11', sheetId = randomUUIDv7(), sheetVersion = 1): Saying {
  const data = { sheetId, sheetVersion, departmentCode: 'SCJGJ', kind: 'PENALTY', month, declared, reported } as const;
  return say(publicReportTallied, sheetId, data);
}

/** A department is urged about a task that is late. */
export function urged(departmentCode: string): Saying {
  const messageId = randomUUIDv7();
  return say(urgeSent, messageId, {
    ...({ messageId, level: 'YELLOW', departmentCode, urgedOn: '2026-11-20', letterNumber: null, receivers: ['DEPT_HANDLER'] } as const),
    ...{ period: null, taskCount: 1, part: 1, parts: 1, sentAt: '2026-11-20T01:00:00.000Z' },
    tasks: [{ taskId: randomUUIDv7(), dueAt: '2026-11-18T16:00:00.000Z' }],
  });
}

/** The plan of a flag, with one measure whose gate is open. */
export function planned(flag: Flag, activatedOn: string): Saying {
  return say(measurePlanMade, flag.subjectId, {
    ...{ planId: flag.planId, entryId: flag.entryId, entryVersion: 1, activationNo: 1, planVersion: 1, subjectId: flag.subjectId },
    ...{ catalogueVersion: 1, listCode: flag.listCode, listType: flag.listType, listField: null, direction: flag.direction },
    ...{ entryNumber: 'n', designatingDepartment: flag.designatingDepartment, activatedOn, validTo: null, parties: [], groups: [] },
    measures: [
      {
        ...({
          measureCode: 'WAGE-01',
          canonicalCode: 'C',
          class: 'C07',
          force: 'MANDATORY',
          trigger: 'ON_EVENT',
          holdExempt: false,
        } as const),
        ...{ termRule: 'ENTRY_TERM', basisRefs: [], conditions: [], executors: [] },
      },
    ],
  });
}
