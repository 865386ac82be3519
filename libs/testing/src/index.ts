export * from './city.ts';
export * from './eventually.ts';
