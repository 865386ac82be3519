export * from './city.ts';
export * from './event.feeder.ts';
export * from './event-log.conformance.ts';
export * from './eventually.ts';
