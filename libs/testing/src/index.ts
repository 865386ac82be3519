export * from './catalogue.rows.ts';
export * from './city.ts';
export * from './cuttable.wire.ts';
export * from './event.feeder.ts';
export * from './eventually.ts';
export * from './killable.service.ts';
export * from './object.server.ts';
export * from './trace.collector.ts';
