import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { exitCodes } from './exit-code.rules.ts';
import { ApiRefusal, CommandFault, NoAnswer, problemSchema } from './faults.ts';
import { maskKey } from './mask.rules.ts';
import type { Texts } from './texts.ts';

/** One request to the gateway's public API. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Streamed from its file: as the body itself, or as field `file` of a form, which keeps its name. */
  readonly file?: { readonly content: Blob; readonly name: string; readonly as: 'body' | 'form' };
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** A request that a dry run shows instead of sending it; the key is masked. */
export interface PlannedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface ClientSettings {
  readonly url: URL;
  readonly key: string | undefined;
  readonly language: string;
  readonly timeoutMs: number;
  readonly texts: Texts;
  /** Called with one line for each request and each answer when the caller wants to see them. */
  readonly trace: ((line: string) => void) | undefined;
  readonly say: (line: string) => void;
  /** Takes requests instead of sending them. */
  readonly plan: ((request: PlannedRequest) => void) | undefined;
}

const maxAttempts = 3;
const maxRetryAfterSeconds = 30;

/** Asks the gateway, and nobody else. A refusal throws ApiRefusal, silence NoAnswer. */
export class ApiClient {
  constructor(private readonly settings: ClientSettings) {}

  /** Reads what a command shows; undefined in a dry run, which only shows the request. */
  async read<Schema extends z.ZodType>(call: Omit<Call, 'method'>, schema: Schema): Promise<z.infer<Schema> | undefined> {
    return this.isPlanned({ method: 'GET', ...call }) ? undefined : this.prepare(call, schema);
  }

  /** Reads what a command needs to know before it can say what it would do: sent in a dry run too. */
  async prepare<Schema extends z.ZodType>(call: Omit<Call, 'method'>, schema: Schema): Promise<z.infer<Schema>> {
    return this.parse(await this.send({ method: 'GET', ...call }), schema);
  }

  /** Changes something; undefined in a dry run. The same Idempotency-Key goes with every attempt, so that nothing is done twice. */
  async change<Schema extends z.ZodType>(call: Omit<Call, 'method'>, schema: Schema): Promise<z.infer<Schema> | undefined> {
    const keyed: Call = { method: 'POST', ...call, headers: { 'idempotency-key': randomUUID(), ...call.headers } };
    return this.isPlanned(keyed) ? undefined : this.parse(await this.send(keyed), schema);
  }

  /** The answer as it comes, whatever its status: for those who look at the system from outside. */
  async look(path: string): Promise<{ status: number; text: string; date: string | null }> {
    const response = await this.fetchOnce({ method: 'GET', path });
    return { status: response.status, text: await this.textOf(response), date: response.headers.get('date') };
  }

  private isPlanned(call: Call): boolean {
    const { plan } = this.settings;
    if (plan === undefined) return false;
    const body = call.file === undefined ? (call.body ?? null) : { file: call.file.name, bytes: call.file.content.size };
    plan({ method: call.method, url: this.urlOf(call).href, headers: this.headersOf(call, true), body });
    return true;
  }

  private async send(call: Call): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.attempt(call);
      if (outcome.ok) return outcome.text;
      const waitSeconds = attempt < maxAttempts ? outcome.retryAfterSeconds : undefined;
      if (waitSeconds === undefined) throw outcome.error;
      this.settings.say(this.settings.texts.retrying(waitSeconds));
      await delay(waitSeconds * 1000);
    }
  }

  private async attempt(
    call: Call,
  ): Promise<{ ok: true; text: string } | { ok: false; error: unknown; retryAfterSeconds: number | undefined }> {
    try {
      const response = await this.fetchOnce(call);
      const text = await this.textOf(response);
      if (response.ok) return { ok: true, text };
      const passing = response.status === 429 || response.status === 503;
      const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
      return {
        ok: false,
        error: this.refusalOf(response, text),
        retryAfterSeconds: passing && retryAfter <= maxRetryAfterSeconds ? retryAfter : undefined,
      };
    } catch (error) {
      // Broken in the middle: whether it was done is not known, but the key of the request makes a second attempt safe.
      return { ok: false, error, retryAfterSeconds: error instanceof NoAnswer && error.reason === 'BROKEN' ? 1 : undefined };
    }
  }

  private async fetchOnce(call: Call): Promise<Response> {
    const { trace } = this.settings;
    const url = this.urlOf(call);
    trace?.(`→ ${call.method} ${url.href} ${this.settings.key === undefined ? '' : `Bearer ${maskKey(this.settings.key)}`}`);
    const started = performance.now();
    try {
      const response = await fetch(url, {
        method: call.method,
        headers: this.headersOf(call, false),
        body: bodyOf(call),
        // A redirect would carry the key to somebody else: it is shown as the wrong answer that it is.
        redirect: 'manual',
        signal: AbortSignal.timeout(call.timeoutMs ?? this.settings.timeoutMs),
      });
      trace?.(`← ${response.status} ${(performance.now() - started).toFixed(0)} ms ${response.headers.get('x-request-id') ?? ''}`);
      return response;
    } catch (error) {
      throw noAnswerOf(url.origin, error);
    }
  }

  private async textOf(response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw noAnswerOf(this.settings.url.origin, error);
    }
  }

  private refusalOf(response: Response, text: string): Error {
    const problem = problemSchema.safeParse(parseJson(text));
    if (problem.success) return new ApiRefusal(problem.data);
    return new CommandFault(
      this.settings.texts.notLianxin(this.settings.url.origin, response.status),
      exitCodes.failure,
      this.settings.texts.askDoctor,
    );
  }

  private parse<Schema extends z.ZodType>(text: string, schema: Schema): z.infer<Schema> {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw new CommandFault(this.settings.texts.notUnderstood, exitCodes.failure, this.settings.texts.askDoctor, { cause: parsed.error });
  }

  private urlOf(call: Call): URL {
    // The gateway may stand below a path of its host.
    const url = new URL(this.settings.url.pathname.replace(/\/$/, '') + call.path, this.settings.url);
    for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
    return url;
  }

  private headersOf(call: Call, masked: boolean): Record<string, string> {
    const { key, language } = this.settings;
    return {
      accept: 'application/json',
      'accept-language': language,
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      // Of a form, fetch itself names the boundary.
      ...(call.file?.as === 'body' ? { 'content-type': call.file.content.type } : {}),
      ...call.headers,
      ...(key === undefined ? {} : { authorization: `Bearer ${masked ? maskKey(key) : key}` }),
    };
  }
}

function bodyOf({ file, body }: Call): Blob | FormData | string | null {
  if (file?.as === 'body') return file.content;
  if (file === undefined) return body === undefined ? null : JSON.stringify(body);
  const form = new FormData();
  form.append('file', file.content, file.name);
  return form;
}

/** The connection stood and broke: the request may have arrived. */
const brokenCodes = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_BODY_TIMEOUT'];
const timeoutCodes = ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'];

function noAnswerOf(origin: string, error: unknown): NoAnswer {
  const code = String((error as { cause?: { code?: unknown } }).cause?.code ?? '');
  if ((error as Error).name === 'TimeoutError' || timeoutCodes.includes(code)) return new NoAnswer(origin, 'TIMEOUT', { cause: error });
  return new NoAnswer(origin, brokenCodes.includes(code) ? 'BROKEN' : 'REFUSED', { cause: error });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
