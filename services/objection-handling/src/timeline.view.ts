import { findEventDefinition } from '@lianxin/contracts';
import { textOf } from './journal-text.rules.ts';
import { projectData, type Viewer } from './journal-viewer.rules.ts';
import type { TimelineEvent } from './timeline.schemas.ts';
import type { EventRow } from './timeline.store.ts';

/**
 * An event as this viewer sees it.
 * @param subjectKeys keys that are the subject's own; what stands under another key is shown to a subject without its data.
 */
export function timelineEventOf(row: EventRow, viewer: Viewer, subjectKeys: ReadonlySet<string>): TimelineEvent {
  const isOwn = viewer.kind !== 'SUBJECT' || subjectKeys.has(row.subject_key);
  const data = isOwn ? projectData(viewer, row.topic, JSON.parse(row.data)) : null;
  return {
    id: row.event_id,
    type: row.type,
    titleZh: findEventDefinition(row.type)?.titleZh ?? row.type,
    text: textOf(row.type, data),
    time: row.time.toISOString(),
    recordedTime: row.recorded_time.toISOString(),
    source: row.source,
    subjectSeq: row.subject_seq,
    subjectKey: row.subject_key,
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    replayId: row.replay_id,
    actor: viewer.kind === 'OFFICE' ? row.actor : null,
    entryIds: [...row.entry_ids],
    planIds: [...row.plan_ids],
    taskIds: taskIdsIn(row, data, viewer),
    sha256: row.sha256,
    data,
  };
}

/** What began something and may be known of, without its data: the reader sees another part of the chain. */
export function summaryOf(row: EventRow): TimelineEvent {
  const data: unknown = JSON.parse(row.data);
  const isBasis = ['lianxin.list_entry', 'lianxin.measure_plan'].includes(row.topic);
  const whole = timelineEventOf(row, { kind: 'OFFICE' }, new Set());
  return { ...whole, text: isBasis ? textOf(row.type, data) : whole.titleZh, actor: null, taskIds: [], data: null };
}

/** A department is shown its own tasks only, not how many others there are. */
function taskIdsIn(row: EventRow, data: unknown, viewer: Viewer): string[] {
  if (viewer.kind === 'OFFICE') return [...row.task_ids];
  const shown = JSON.stringify(data);
  return row.task_ids.filter((id) => shown.includes(id));
}
