export { type ExportColumn, type ExportedList, exportOf, type ListDescription, type PageRequest } from './export.list.ts';
export { exportMigrationOf } from './export.migration.ts';
export { ExportModule } from './export.module.ts';
export { maxDirectRows } from './export.service.ts';
export { Persons } from './persons.ts';
