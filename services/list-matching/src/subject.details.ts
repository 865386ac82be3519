import type { IdType } from '@lianxin/contracts';
import type { PersonalData } from '@lianxin/platform';
import type { FormerName } from './register.rules.ts';

/** What is kept of a person beside name and number, sealed as a whole (R-8-9). */
export interface PersonDetails {
  readonly birthDate?: string | undefined;
  readonly gender?: 'MALE' | 'FEMALE' | undefined;
  readonly employerUsccCode?: string | undefined;
  readonly address?: string | undefined;
  readonly formerNames?: readonly FormerName[] | undefined;
}

export function openDetails(personalData: PersonalData, sealed: string | null): PersonDetails {
  return sealed === null ? {} : (JSON.parse(personalData.openText(sealed)) as PersonDetails);
}

export function sealDetails(personalData: PersonalData, details: PersonDetails): string {
  return personalData.sealText(JSON.stringify(details));
}

/** The legal representative of an organisation: a person, hence sealed; the document is often not known. */
export interface Representative {
  readonly name: string;
  readonly idType?: IdType | undefined;
  readonly idNumber?: string | undefined;
}

export function openRepresentative(personalData: PersonalData, sealed: string | null): Representative | undefined {
  return sealed === null ? undefined : (JSON.parse(personalData.openText(sealed)) as Representative);
}

export function sealRepresentative(personalData: PersonalData, representative: Representative): { sealed: string; hash: string | null } {
  const { idType, idNumber } = representative;
  return {
    sealed: personalData.sealText(JSON.stringify(representative)),
    hash: idType === undefined || idNumber === undefined ? null : personalData.hash(idType, idNumber),
  };
}
