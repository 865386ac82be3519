import { ImportController } from './import.controller.ts';
import { ImportExecutor } from './import.executor.ts';
import { ImportFigures } from './import.figures.ts';
import { ImportRunner } from './import.runner.ts';
import { ImportService } from './import.service.ts';
import { ImportUndoer } from './import.undoer.ts';
import { ImportActionService } from './import-action.service.ts';
import { EntryUndo } from './import-entry-undo.ts';
import { ImportFiles } from './import-file.ts';
import { ImportKinds } from './import-kind.ts';
import { ListEntriesImport } from './import-list-entries.kind.ts';
import { ListExitsImport } from './import-list-exits.kind.ts';
import { ListSnapshotImport } from './import-list-snapshot.kind.ts';
import { ImportResultController } from './import-result.controller.ts';
import { ImportResultService } from './import-result.service.ts';
import { SourceQuestionController } from './source-question.controller.ts';
import { SourceQuestionService } from './source-question.service.ts';

/** The import and its kinds of list files; a further kind is one more provider (import-kind.ts). */
export const importControllers = [ImportController, ImportResultController, SourceQuestionController];
export const importProviders = [
  ImportKinds,
  ImportFiles,
  ImportExecutor,
  ImportUndoer,
  ImportRunner,
  ImportFigures,
  ImportService,
  ImportActionService,
  ImportResultService,
  SourceQuestionService,
  EntryUndo,
  ListEntriesImport,
  ListExitsImport,
  ListSnapshotImport,
];
