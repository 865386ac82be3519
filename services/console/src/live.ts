import type { DecompositionView, ListEntryView, TaskView } from '@lianxin/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useReducer, useState } from 'react';
import { type Api, ApiProblem } from './api.ts';
import { heardEventOf } from './event.rules.ts';
import { followEvents, type StreamState } from './event-stream.ts';
import { latestOf, withEvent } from './heard.rules.ts';
import { emptyJourney, isSeen, type Journey, type Journeys, type Snapshot, withSnapshot } from './journey.rules.ts';
import type { Caller } from './session.tsx';
import { lineOf, type TickerLine } from './ticker.rules.ts';

/** Flags in the list of the latest, lines of the ticker, tasks and notices of one flag that are read. */
const maxLatest = 12;
const maxLines = 40;
export const maxTasks = 1_000;
/** Answers are read newest first, in one page: older ones have become states of their tasks. */
const answersPath = '/api/v1/feedback?limit=200';
/** Messages of so long a time are shown at once: a busy city must not make the page draw itself for every one of them. */
const gatherMs = 60;
/** Wait for more of the same burst before reading again what an event changed. */
const settleMs = 700;
/** What the API is asked again after events, and after the stream began anew. */
const changedByEvents = new Set(['latest', 'journey', 'overview', 'figure-rows', 'share']);

interface LiveState {
  readonly journeys: Journeys;
  readonly lines: readonly TickerLine[];
}
type LiveAction =
  | { readonly kind: 'HEARD'; readonly messages: readonly string[] }
  | { readonly kind: 'READ'; readonly snapshots: readonly Snapshot[]; readonly at: string };

function reduce(state: LiveState, action: LiveAction): LiveState {
  if (action.kind === 'READ') {
    const journeys = { ...state.journeys };
    for (const snapshot of action.snapshots)
      journeys[snapshot.entryId] = withSnapshot(journeys[snapshot.entryId] ?? emptyJourney(snapshot.entryId, action.at), snapshot);
    return { ...state, journeys };
  }
  return action.messages.reduce(hear, state);
}

function hear(state: LiveState, message: string): LiveState {
  const event = heardEventOf(message);
  if (event === undefined || state.lines.some((line) => line.id === event.id)) return state;
  const journeys = withEvent(state.journeys, event);
  return { journeys, lines: [lineOf(event, journeys), ...state.lines].slice(0, maxLines) };
}

export interface Live {
  readonly stream: StreamState;
  readonly lines: readonly TickerLine[];
  /** The latest first. */
  readonly latest: readonly Journey[];
  /** The flag that was asked for; where the caller may not see it, the latest that it may. */
  readonly shown: Journey | undefined;
  /** The first look at what there is has been taken. */
  readonly isLoaded: boolean;
  readonly problem: Error | null;
}

const seesWholeCity = (caller: Caller) => caller.kind === 'CREDIT_OFFICE' || caller.kind === 'AUDITOR';
/** Of a key that was typed in only the server knows. */
const mayWholeCity = (caller: Caller) => seesWholeCity(caller) || caller.kind === 'KEY';

/** What the caller may see of the flags, kept true by the stream of events. Mount it anew for another caller. */
export function useLive(caller: Caller, watched: string | undefined): Live {
  const { api } = caller;
  const queries = useQueryClient();
  const [state, dispatch] = useReducer(reduce, { journeys: {}, lines: [] });
  const [stream, setStream] = useState<StreamState>({ kind: 'CONNECTING' });
  const latest = useQuery({ queryKey: ['latest', api.apiKey], queryFn: ({ signal }) => readLatest(caller, signal) });
  const seen = latestOf(state.journeys).filter(isSeen);
  const asked = watched === undefined ? undefined : state.journeys[watched];
  const shown = isSeen(asked) ? asked : seen[0];
  const one = useJourney(caller, watched);
  const other = useJourney(caller, shown?.entryId === watched ? undefined : shown?.entryId);
  useEffect(() => {
    if (latest.data !== undefined) dispatch({ kind: 'READ', snapshots: latest.data, at: new Date().toISOString() });
  }, [latest.data]);
  useEffect(() => {
    const snapshots = [one.data, other.data].filter((snapshot) => snapshot !== undefined);
    if (snapshots.length > 0) dispatch({ kind: 'READ', snapshots, at: new Date().toISOString() });
  }, [one.data, other.data]);

  useEffect(() => {
    const leave = new AbortController();
    const readAgain = () => void queries.invalidateQueries({ predicate: ({ queryKey: [name] }) => changedByEvents.has(String(name)) });
    const gathered: string[] = [];
    const show = delayed(gatherMs, () => dispatch({ kind: 'HEARD', messages: gathered.splice(0) }));
    const settle = delayed(settleMs, readAgain);
    const listener = {
      onState: setStream,
      onBegin: readAgain,
      onMessage: (message: string) => {
        gathered.push(message);
        show.start();
        settle.start();
      },
    };
    void followEvents('/api/v1/events/stream', api.apiKey, listener, leave.signal);
    return () => {
      leave.abort();
      show.cancel();
      settle.cancel();
    };
  }, [api, queries]);

  return {
    stream,
    lines: state.lines,
    latest: seen.slice(0, maxLatest),
    shown,
    isLoaded: latest.isSuccess,
    problem: latest.error ?? one.error ?? other.error,
  };
}

/** Runs `work` once, so long after the first of any number of starts. */
function delayed(ms: number, work: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    start: () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        work();
      }, ms);
    },
    cancel: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

function useJourney(caller: Caller, entryId: string | undefined) {
  return useQuery({
    queryKey: ['journey', caller.api.apiKey, entryId],
    queryFn: ({ signal }) => readJourney(caller, entryId ?? '', signal),
    enabled: entryId !== undefined,
  });
}

type EntrySummary = Omit<ListEntryView, 'timeline'>;

/** The latest flags: entries that the caller may see, and those that its tasks rest on. */
async function readLatest(caller: Caller, signal: AbortSignal): Promise<Snapshot[]> {
  const [entries, tasks] = await Promise.all([
    caller.api.get<{ data: EntrySummary[] }>(`/api/v1/list-entries?limit=${maxLatest}`, signal),
    seesWholeCity(caller) ? { data: [] } : caller.api.get<{ data: TaskView[] }>('/api/v1/tasks?limit=200', signal),
  ]);
  const own = entries.data.map((entry): Snapshot => ({ entryId: entry.id, entry }));
  const byEntry = new Map<string, TaskView[]>();
  for (const task of tasks.data) for (const { entryId } of task.bases) byEntry.set(entryId, [...(byEntry.get(entryId) ?? []), task]);
  return [...own, ...[...byEntry].slice(0, maxLatest).map(([entryId, found]) => ({ entryId, tasks: found }))];
}

/** Everything of one flag that the caller may see; a department that only executes gets no entry and no plan. */
async function readJourney(caller: Caller, entryId: string, signal: AbortSignal): Promise<Snapshot> {
  const { api } = caller;
  const [entry, plans, tasks, notices, answers] = await Promise.all([
    readEntry(api, entryId, signal),
    mayWholeCity(caller)
      ? unlessHidden(api.get<{ data: DecompositionView[] }>(`/api/v1/decompositions?entryId=${entryId}`, signal))
      : undefined,
    api.all<TaskView>(`/api/v1/tasks?entryId=${entryId}`, maxTasks, signal),
    api.all<TaskView>(`/api/v1/notices?entryId=${entryId}`, maxTasks, signal),
    readAnswers(api, signal),
  ]);
  const plan = plans?.data[0];
  return { entryId, ...(entry === undefined ? {} : { entry }), ...(plan === undefined ? {} : { plan }), tasks, notices, answers };
}

/** Entries that are not the caller's to see: they never will be, so they are asked for once. */
const hiddenEntries = new WeakMap<Api, Set<string>>();

async function readEntry(api: Api, entryId: string, signal: AbortSignal): Promise<ListEntryView | undefined> {
  const hidden = hiddenEntries.get(api) ?? new Set();
  hiddenEntries.set(api, hidden);
  if (hidden.has(entryId)) return undefined;
  const entry = await unlessHidden(api.get<ListEntryView>(`/api/v1/list-entries/${entryId}`, signal));
  if (entry === undefined) hidden.add(entryId);
  return entry;
}

async function readAnswers(api: Api, signal: AbortSignal): Promise<NonNullable<Snapshot['answers']>> {
  return (await api.get<{ data: NonNullable<Snapshot['answers']> }>(answersPath, signal)).data;
}

/** What is not this caller's to see is no fault of the page. */
async function unlessHidden<Body>(answer: Promise<Body>): Promise<Body | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiProblem && (error.status === 404 || error.status === 403)) return undefined;
    throw error;
  }
}
