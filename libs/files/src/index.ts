export { FileDesk, type FileRow, type FileRows } from './file.desk.ts';
export { FileFolder, type StoredFile } from './file.folder.ts';
export { acceptFiles } from './file.plugin.ts';
export { dispositionOf, fileOfRequest } from './file.request.ts';
export { type EvidenceType, evidenceTypes, maxFileBytes, plainFileName } from './file.rules.ts';
