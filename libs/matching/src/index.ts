export * from './grade-names.rules.ts';
export { countPossibleNumbers, fitsMask, type MaskedNumber, type NumberReading, readIdNumber } from './masked-number.rules.ts';
export { MatchIndex, type SharedIndex } from './match-index.ts';
export * from './organisation-grade.rules.ts';
export { type OrganisationName, readOrganisationName } from './organisation-name.ts';
export * from './person-grade.rules.ts';
export { comparePersonNames, type PersonName, readPersonName } from './person-name.ts';
export { queuePoints } from './queue-score.rules.ts';
export * from './types.ts';
