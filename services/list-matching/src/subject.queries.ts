import { maskName, type Principal, ProblemError } from '@lianxin/contracts';
import { PersonalData, type Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { findUnstorableTexts } from './designation-text.rules.ts';
import { stateOn } from './register.rules.ts';
import { factOf, findFactsOf, insertReveal } from './register.store.ts';
import { openDetails, openRepresentative } from './subject.details.ts';
import { findByIdentity, findByName, findSubjects, type SubjectRow } from './subject.store.ts';
import { rowOn, type SubjectView, subjectViewOf } from './subject.view.ts';

/** What of a person may be revealed, with a purpose. */
export const revealFields = [
  'name',
  'idNumber',
  'birthDate',
  'gender',
  'employer',
  'address',
  'formerNames',
  'legalRepresentative',
] as const;
export type RevealField = (typeof revealFields)[number];

const maxFound = 50;

/** Reading the register: by code, by name, as of a day, and what is sealed, for who asks with a purpose. */
@Injectable()
export class SubjectQueries {
  constructor(private readonly personalData: PersonalData) {}

  /** Organisations by code or by their name; a person is found by nobody's name (§11.4 WEAK). */
  async find(tx: Transaction, query: { usccCode?: string | undefined; name?: string | undefined }): Promise<SubjectView[]> {
    const byCode = query.usccCode === undefined ? [] : await findByIdentity(tx, [query.usccCode], []);
    const byName = query.name === undefined ? [] : await findByName(tx, query.name, maxFound);
    const rows =
      query.usccCode === undefined
        ? byName
        : byCode.filter((row) => query.name === undefined || byName.some((other) => other.id === row.id));
    return rows.map((row) => this.viewOf(row));
  }

  /**
   * One subject, today or as it was on a day: its name, status and representative then.
   * @throws ProblemError NOT_FOUND, also for a day on which nothing was known of it
   */
  async get(tx: Transaction, id: string, asOf: string | undefined): Promise<SubjectView> {
    const row = await getIdentified(tx, id);
    if (asOf === undefined) return this.viewOf(row);
    const state = stateOn((await findFactsOf(tx, [id])).map(factOf), asOf);
    if (state === undefined) throw new ProblemError('NOT_FOUND', `登记库中没有该主体在 ${asOf} 的记录`);
    return this.viewOf(rowOn(row, state));
  }

  /** One sealed field in plain text; who asked, for what and when is kept (R-8-8, R-8-13). */
  async reveal(tx: Transaction, principal: Principal, id: string, field: RevealField, purpose: string): Promise<string | null> {
    const [fault, ...others] = findUnstorableTexts({ purpose });
    if (fault !== undefined) throw new ProblemError('VALIDATION_FAILED', fault.detail, [fault, ...others]);
    const row = await getIdentified(tx, id);
    await insertReveal(tx, id, field, principal.id, purpose);
    return this.plainOf(row, field);
  }

  viewOf(row: SubjectRow): SubjectView {
    const representative = openRepresentative(this.personalData, row.representative_sealed);
    return subjectViewOf(row, representative === undefined ? null : maskName(representative.name));
  }

  private plainOf(row: SubjectRow, field: RevealField): string | null {
    const person = row.sealed === null ? undefined : this.personalData.open(row.sealed);
    const details = openDetails(this.personalData, row.sealed_details);
    switch (field) {
      case 'name':
        return person?.name ?? row.name;
      case 'idNumber':
        return person?.idNumber ?? null;
      case 'birthDate':
        return details.birthDate ?? null;
      case 'gender':
        return details.gender ?? null;
      case 'employer':
        return details.employerUsccCode ?? null;
      case 'address':
        return row.kind === 'PERSON' ? (details.address ?? null) : row.address;
      case 'formerNames':
        return details.formerNames?.map((name) => name.name).join('、') ?? null;
      case 'legalRepresentative':
        return openRepresentative(this.personalData, row.representative_sealed)?.name ?? null;
    }
  }
}

/** @throws ProblemError NOT_FOUND; a name that nobody has been identified by is no subject of the register. */
async function getIdentified(tx: Transaction, id: string): Promise<SubjectRow> {
  const [row] = await findSubjects(tx, [id]);
  if (row === undefined || !row.identified) throw new ProblemError('NOT_FOUND', '没有该主体');
  return row;
}
