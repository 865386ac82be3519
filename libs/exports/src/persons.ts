import type { PersonalData } from '@lianxin/platform';

const codeLength = 16;

/**
 * Natural persons in exports: a file leaves the system and its row security, so it names no person (R-8-8: hash or pseudonym, keyed hash, region code).
 * The same person has the same code in every export of the city; nothing leads from it to the person. Whoever handles the row opens it in the system.
 */
export class Persons {
  constructor(private readonly personalData: PersonalData) {}

  /** Keyed hash that stands for a person's document number. */
  code(subjectId: string): string {
    return Buffer.from(this.personalData.hash('EXPORT', subjectId), 'base64url').toString('hex').toUpperCase().slice(0, codeLength);
  }

  /** An organisation by its name, a person by a code; one who is not in the register yet has none. */
  name(kind: string, name: string | null, subjectId: string | null): string | null {
    if (kind !== 'PERSON') return name;
    return subjectId === null ? '自然人' : `自然人 ${this.code(subjectId)}`;
  }
}
