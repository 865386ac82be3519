import type { RegisterName, RegisterRecord, RegisterStatus } from '@lianxin/matching';
import type { PersonalData } from '@lianxin/platform';
import type { IndexedRow } from './match-index.store.ts';
import type { FormerName } from './register.rules.ts';
import { openDetails, openRepresentative } from './subject.details.ts';

/** A row of the register as the index compares it. A person is readable in the memory of the index and nowhere else. */
export function registerRecordOf(row: IndexedRow, personalData: PersonalData): RegisterRecord {
  const common = {
    id: row.id,
    kind: row.kind,
    version: row.change_no,
    regionCode: row.region_code ?? undefined,
    phoneHash: row.phone_hash ?? undefined,
    status: row.status === 'DEAD' ? ('DEREGISTERED' satisfies RegisterStatus) : row.status,
  };
  if (row.kind === 'PERSON') return { ...common, ...personOf(row, personalData) };
  const representative = openRepresentative(personalData, row.representative_sealed);
  return {
    ...common,
    names: namesOf(row.name ?? '', row.former_names),
    usccCode: row.uscc_code ?? undefined,
    organisationCode: row.codes.organisationCode,
    registrationNo: row.codes.registrationNo,
    taxNo: row.codes.taxNo,
    address: row.address ?? undefined,
    parentId: row.parent_id ?? undefined,
    ...(representative === undefined
      ? {}
      : { legalRepresentative: { name: representative.name, idHash: row.representative_hash ?? undefined } }),
  };
}

function personOf(row: IndexedRow, personalData: PersonalData): Pick<RegisterRecord, 'names' | 'address' | 'person'> {
  const { name, idType, idNumber } = personalData.open(row.sealed ?? '');
  const details = openDetails(personalData, row.sealed_details);
  return {
    names: namesOf(name, details.formerNames ?? []),
    address: details.address,
    person: {
      idType: idType as NonNullable<RegisterRecord['person']>['idType'],
      idNumber,
      birthDate: details.birthDate,
      gender: details.gender,
      employerUscc: details.employerUsccCode,
      representsUscc: row.represents ?? [],
    },
  };
}

function namesOf(name: string, former: readonly FormerName[]): RegisterName[] {
  return [
    { text: name },
    ...former.map((other) => ({ text: other.name, former: true, from: other.from ?? undefined, to: other.to ?? undefined })),
  ];
}
