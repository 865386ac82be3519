export * from './grade-names.rules.ts';
export * from './types.ts';
