export * from './api/list-entry.api.ts';
export * from './api/page.api.ts';
export * from './api/task.api.ts';
export * from './event.ts';
export * from './events/index.ts';
export * from './principal.ts';
export * from './problems.ts';
export * from './vocabulary.ts';
