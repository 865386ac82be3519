import { ProblemError, problems } from '@lianxin/contracts';
import {
  type Attributes,
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent, W3CTraceContextPropagator } from '@opentelemetry/core';
import { faultOf } from './telemetry.fault.ts';

export interface SpanOptions {
  readonly kind?: keyof typeof SpanKind;
  /** Codes, counts and names of ours; never a value that somebody entered. */
  readonly attributes?: Attributes;
}

/** An event that is about to be said. */
export interface Saying {
  readonly type: string;
  /** `traceparent` of the event that caused it. */
  readonly cause: string | undefined;
}

/** Traces that one call may continue with a span each; further ones are continued without. */
const maxReactions = 32;

const propagator = new W3CTraceContextPropagator();

/** `traceparent` and `tracestate` for a call to another service: those of the active span, none without one. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagator.inject(context.active(), headers, defaultTextMapSetter);
  return headers;
}

/** The W3C `traceparent` of a span. */
export function traceparentOf(span: SpanContext): string {
  return `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 1) === 1 ? '01' : '00'}`;
}

/** Whether what runs now belongs to a span that will be seen by somebody. */
export function isTraced(): boolean {
  return trace.getActiveSpan()?.isRecording() === true;
}

/** Opens the spans of one service. */
export class Tracing {
  constructor(private readonly tracer: Tracer) {}

  /** Begins the span of a request that came with these headers: part of the caller's trace, or of a new one. Whoever begins it ends it. */
  startRequest(name: string, headers: Readonly<Record<string, unknown>>, attributes: Attributes): Span {
    const above = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    return this.tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, above);
  }

  /** Runs `work` in a span below the active one; what it throws is told in the span without its values, and goes on. */
  inSpan<Result>(name: string, options: SpanOptions, work: (span: Span) => Promise<Result>): Promise<Result> {
    return this.run(this.start(name, options), work);
  }

  /**
   * Runs `work` on things that came from elsewhere: a batch of events or outbox rows. When they all belong to one trace the span is part of that trace;
   * of several traces none owns the work, so it is a trace of its own. It links to every origin and to what was active.
   * @param origins their `traceparent`s; what cannot be read is passed over.
   */
  inBatch<Result>(
    name: string,
    origins: readonly (string | undefined)[],
    options: SpanOptions,
    work: (span: Span) => Promise<Result>,
  ): Promise<Result> {
    const contexts = [...new Set(origins)].flatMap((origin) => spanContextOf(origin) ?? []);
    const [first] = contexts;
    const parent = contexts.every((origin) => origin.traceId === first?.traceId) ? first : undefined;
    const active = trace.getActiveSpan()?.spanContext();
    const linked = [...(active === undefined ? [] : [active]), ...contexts.filter((origin) => origin !== parent)];
    return this.run(this.start(name, options, { parent, links: linked.map((one) => ({ context: one })) }), work);
  }

  /**
   * The `traceparent` of each event that is about to be said. Events of the active trace share one span below the active one. An event caused by one of
   * another trace carries a child of that one's context, so that a flag reads as one trace through every service.
   */
  traceparentsOf(sayings: readonly Saying[]): string[] {
    const active = trace.getActiveSpan()?.spanContext();
    const causes = new Set(sayings.map(({ cause }) => cause));
    const parents = new Map([...causes].map((cause) => [cause, elsewhere(cause, active)]));
    const groupOf = ({ cause }: Saying) => (parents.get(cause) === undefined ? undefined : cause);
    const said = new Map<string | undefined, string>();
    for (const [cause, group] of Map.groupBy(sayings, groupOf)) {
      const isOneTooMany = cause !== undefined && said.size >= maxReactions;
      said.set(cause, isOneTooMany ? cause : this.say(group, parents.get(cause), active));
    }
    return sayings.map((saying) => said.get(groupOf(saying)) ?? '');
  }

  private say(group: readonly Saying[], parent: SpanContext | undefined, active: SpanContext | undefined): string {
    const types = [...new Set(group.map(({ type }) => type))];
    const options: SpanOptions = {
      kind: 'PRODUCER',
      attributes: { 'messaging.operation.type': 'create', 'messaging.batch.message_count': group.length, 'lianxin.event_types': types },
    };
    const name = `publish ${nameOf(types)}`;
    const links = parent === undefined || active === undefined ? [] : [{ context: active }];
    const span = parent === undefined ? this.start(name, options) : this.start(name, options, { parent, links });
    span.end();
    return traceparentOf(span.spanContext());
  }

  /** @param origin given: the span stands below `parent`, or for itself; left out: below the active span. */
  private start(name: string, options: SpanOptions, origin?: { parent: SpanContext | undefined; links: Link[] }): Span {
    const above =
      origin === undefined
        ? context.active()
        : origin.parent === undefined
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, origin.parent);
    return this.tracer.startSpan(
      name,
      {
        kind: SpanKind[options.kind ?? 'INTERNAL'],
        ...(options.attributes === undefined ? {} : { attributes: options.attributes }),
        ...(origin === undefined ? {} : { links: origin.links }),
      },
      above,
    );
  }

  private async run<Result>(span: Span, work: (span: Span) => Promise<Result>): Promise<Result> {
    try {
      return await context.with(trace.setSpan(context.active(), span), work, undefined, span);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }
}

/** Tells in a span what went wrong, without values. A refusal that a caller may expect is no fault. */
export function markFailed(span: Span, error: unknown): void {
  if (!span.isRecording()) return;
  if (error instanceof ProblemError) {
    span.setAttribute('lianxin.problem', error.code);
    if (problems[error.code].status < 500) return;
  }
  const { type, code, message } = faultOf(error);
  span.setAttribute('error.type', code ?? type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** One type by its name, several by what is common to them. */
export function nameOf(types: readonly string[]): string {
  const [first] = types;
  if (first !== undefined && types.length === 1) return first;
  const nouns = new Set(types.map((type) => type.split('.').slice(0, 2).join('.')));
  return nouns.size === 1 ? [...nouns].join('') : 'lianxin.*';
}

/** The context of a cause in another trace than the active one. */
function elsewhere(cause: string | undefined, active: SpanContext | undefined): SpanContext | undefined {
  const parent = spanContextOf(cause);
  return parent?.traceId === active?.traceId ? undefined : parent;
}

function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  const parsed = traceparent === undefined ? null : parseTraceParent(traceparent);
  return parsed === null ? undefined : { ...parsed, isRemote: true };
}
