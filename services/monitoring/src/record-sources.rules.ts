import { objectionSource } from './objection.rules.ts';
import { planSource } from './plan.rules.ts';
import { publicRecordSource } from './public-record.rules.ts';
import { publicReportSource } from './public-report.rules.ts';
import { publicSheetSource } from './public-sheet.rules.ts';
import type { RecordSource } from './record.rules.ts';
import { repairSource } from './repair.rules.ts';
import { urgeSource } from './urge.rules.ts';
import { verificationSource } from './verification.rules.ts';

/** Everything that is counted besides tasks, entries, feedback and cases. */
export const recordSources: readonly RecordSource[] = [
  planSource,
  verificationSource,
  publicRecordSource,
  publicReportSource,
  publicSheetSource,
  repairSource,
  objectionSource,
  urgeSource,
].map((source) => source as unknown as RecordSource);
