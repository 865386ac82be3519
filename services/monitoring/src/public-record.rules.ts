import { endOfDayBeijing, publicRecordPublished, publicRecordWithdrawn } from '@lianxin/contracts';
import { is } from './event.rules.ts';
import { doneBy, inLists, placed } from './figure.rules.ts';
import type { RecordSource } from './record.rules.ts';

type PublicRecordFacts = {
  readonly departmentCode: string;
  readonly number: string;
  readonly kind: string;
  readonly published: { readonly on: string; readonly dueOn: string } | null;
  /** It was never a record of this subject at all. */
  readonly isMistaken: boolean;
};

/** K18, as far as events tell it: of the licences and penalties that were published, those published in time (R-7-1). */
export const publicRecordSource: RecordSource<PublicRecordFacts> = {
  source: 'PUBLIC_RECORD',
  factsOf: (event) => {
    if (is(event, publicRecordPublished)) {
      const { recordId: id, departmentCode, number, kind, publishedOn: on, publishDueOn: dueOn } = event.data;
      return kind === 'ABNORMAL' ? [] : [{ id, said: { departmentCode, number, kind, published: { on, dueOn }, isMistaken: false } }];
    }
    if (is(event, publicRecordWithdrawn)) {
      const { recordId: id, departmentCode, number, kind, ground } = event.data;
      return [
        { id, said: { departmentCode, number, kind, published: null, isMistaken: ground === 'MATCH_WRONG' || ground === 'IMPORT_UNDONE' } },
      ];
    }
    return [];
  },
  hear: (before, said) => ({
    ...said,
    published: earliest(before?.published ?? null, said.published),
    isMistaken: (before?.isMistaken ?? false) || said.isMistaken,
  }),
  departmentOf: ({ departmentCode }) => departmentCode,
  rowsOf: (rowId, departmentCode, { published, isMistaken }) => {
    if (published === null || isMistaken) return [];
    const dueAt = endOfDayBeijing(published.dueOn).toISOString();
    const publishedAt = new Date(endOfDayBeijing(published.on).getTime() - 1).toISOString();
    return inLists([], { rowId, departmentCode, figure: 'K18-TIMELY', cycle: 0, ...placed(published.on), ...doneBy(publishedAt, dueAt) });
  },
};

type Published = NonNullable<PublicRecordFacts['published']>;

function earliest(known: Published | null, said: Published | null): Published | null {
  if (known === null || said === null) return known ?? said;
  return said.on < known.on ? said : known;
}
