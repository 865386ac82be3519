import { today } from './designations.ts';

/** Days off from September 2026 on, written down once more by hand (R-7-5). */
const daysOff = ['2026-09-25', ...Array.from({ length: 7 }, (_, day) => `2026-10-0${day + 1}`)];
const workOn = ['2026-09-20', '2026-10-10'];

export interface Stored {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly list_type: string;
  readonly origin: string;
  readonly batch_no: string | null;
  readonly origin_region: string | null;
  readonly recognised: boolean | null;
  readonly source_record_id: string;
  readonly subject_id: string;
  readonly decision_date: string | null;
  readonly notice: { servedOn: string; defenceEndedOn?: string } | null;
  readonly service: { decisionServedOn?: string; repairNoticeServedOn?: string } | null;
}
export interface Fact {
  readonly entry_id: string;
  readonly version: number;
  readonly transition: string;
  readonly from_status: string | null;
  readonly to_status: string;
  readonly actor: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The working day so many behind a day, counted on fingers. */
function workdaysAfter(day: string, count: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  for (let left = count; left > 0; ) {
    at.setUTCDate(at.getUTCDate() + 1);
    const date = at.toISOString().slice(0, 10);
    const isWeekend = [0, 6].includes(at.getUTCDay());
    if (workOn.includes(date) || (!isWeekend && !daysOff.includes(date))) left--;
  }
  return at.toISOString().slice(0, 10);
}

/** What §2.4 and R-2-6…R-2-8 want before a black or focus entry of this city may be in force, read from what is stored. */
export function proceduralFaults(row: Stored, facts: readonly Fact[]): string[] {
  const faults: string[] = [];
  const want = (holds: boolean, what: string) => {
    if (!holds) faults.push(`${row.number} ${what}`);
  };
  const before = facts.slice(0, facts.findIndex((fact) => fact.to_status === 'ACTIVE') + 1);
  const find = (code: string) => before.findLast((fact) => fact.transition === code);
  const { notice, service, decision_date: decidedOn } = row;
  want(notice !== null, 'has no notice');
  want(decidedOn !== null, 'has no decision');
  want(service?.decisionServedOn !== undefined, 'was not served');
  if (row.list_type === 'BLACK') want(service?.repairNoticeServedOn !== undefined, 'has no repair notice served');
  want((notice?.servedOn ?? '9999') <= (decidedOn ?? ''), 'was decided before its notice');
  want((decidedOn ?? '9999') <= (service?.decisionServedOn ?? ''), 'was served before it was decided');
  const waived = before.some((fact) => fact.transition === 'T7' && 'document' in fact.detail);
  if (!waived) {
    want((notice?.defenceEndedOn ?? '') >= workdaysAfter(notice?.servedOn ?? today, 5), 'had too short a time to answer');
    want((decidedOn ?? '') >= (notice?.defenceEndedOn ?? '9999'), 'was decided within the time to answer');
  }
  const signed = find('T12e');
  if (find('T12c') !== undefined || find('T3a') !== undefined) {
    want(find('T3a') !== undefined, 'came step by step without a notice');
    want(find('T7') !== undefined || find('T8') !== undefined, 'came step by step without an end of its defence');
    want(signed !== undefined && signed.actor !== find('T12c')?.actor, 'has not two people behind its decision');
    const defended = before.findLastIndex((fact) => fact.transition === 'T6');
    if (defended !== -1)
      want(
        before.slice(defended).some((fact) => fact.transition === 'T8'),
        'has a defence that nobody has reviewed',
      );
  }
  return faults;
}
