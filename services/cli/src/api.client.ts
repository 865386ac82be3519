import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { FileUnwritable, receiveFile } from './download.ts';
import { exitCodes } from './exit-code.rules.ts';
import { ApiRefusal, CommandFault, NoAnswer, problemSchema } from './faults.ts';
import { formOf, type Upload } from './file.ts';
import { maskKey } from './mask.rules.ts';
import type { Texts } from './texts.ts';
import { type Answer, send, sendFile } from './transport.ts';

/** One request to the gateway's public API. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly file?: Upload;
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

  /** Saves an answer as a file, see `receiveFile`; refusals are told as for any other request. Nothing in a dry run needs it. */
  async download(
    call: Omit<Call, 'method'>,
    path: string,
    unwritable: (reason: string) => string,
    check?: { readonly expectedHash: string; readonly damaged: string },
  ): Promise<string> {
    const whole: Call = { method: 'GET', ...call };
    const url = this.urlOf(whole);
    this.settings.trace?.(`→ GET ${url.href}`);
    const signal = AbortSignal.timeout(call.timeoutMs ?? this.settings.timeoutMs);
    const received = await receiveFile(url, { headers: this.headersOf(whole, false), signal }, path, check?.expectedHash).catch(
      (error: unknown) => {
        if (error instanceof FileUnwritable)
          throw new CommandFault(unwritable(error.message), exitCodes.failure, undefined, { cause: error });
        throw noAnswerOf(url.origin, error);
      },
    );
    if (received.status !== 200) throw this.refusalOf(received.status, received.text);
    if (check !== undefined && received.hash !== check.expectedHash) throw new CommandFault(check.damaged);
    return received.hash;
  }

  /** The answer as it comes, whatever its status: for those who look at the system from outside. */
  async look(path: string): Promise<{ status: number; text: string; date: string | null }> {
    const { status, text, headerOf } = await this.ask({ method: 'GET', path });
    return { status, text, date: headerOf('date') };
  }

  private isPlanned(call: Call): boolean {
    const { plan } = this.settings;
    if (plan === undefined) return false;
    const body = call.file === undefined ? (call.body ?? null) : { file: call.file.name, bytes: call.file.bytes };
    plan({ method: call.method, url: this.urlOf(call).href, headers: this.headersOf(call, true), body });
    return true;
  }

  private async send(call: Call): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.attempt(call);
      if (outcome.ok) return outcome.text;
      const waitSeconds = attempt < maxAttempts ? outcome.retryAfterSeconds : undefined;
      if (waitSeconds === undefined) throw outcome.error;
      const { busy, broken } = this.settings.texts;
      this.settings.say(outcome.error instanceof NoAnswer ? broken(waitSeconds) : busy(waitSeconds));
      await delay(waitSeconds * 1000);
    }
  }

  private async attempt(
    call: Call,
  ): Promise<{ ok: true; text: string } | { ok: false; error: unknown; retryAfterSeconds: number | undefined }> {
    try {
      const { status, text, headerOf } = await this.ask(call);
      if (status >= 200 && status < 300) return { ok: true, text };
      const passing = status === 429 || status === 503;
      const retryAfter = Number(headerOf('retry-after') ?? Number.NaN);
      return {
        ok: false,
        error: this.refusalOf(status, text),
        retryAfterSeconds: passing && retryAfter <= maxRetryAfterSeconds ? retryAfter : undefined,
      };
    } catch (error) {
      // Broken in the middle: whether it was done is not known, but the key of the request makes a second attempt safe.
      return { ok: false, error, retryAfterSeconds: error instanceof NoAnswer && error.reason === 'BROKEN' ? 1 : undefined };
    }
  }

  private async ask(call: Call): Promise<Answer> {
    const { trace, key } = this.settings;
    const url = this.urlOf(call);
    trace?.(`→ ${call.method} ${url.href} ${key === undefined ? '' : `Bearer ${maskKey(key)}`}`);
    const started = performance.now();
    try {
      const answer = await this.transmit(url, call);
      trace?.(`← ${answer.status} ${(performance.now() - started).toFixed(0)} ms ${answer.headerOf('x-request-id') ?? ''}`);
      return answer;
    } catch (error) {
      throw noAnswerOf(url.origin, error);
    }
  }

  private async transmit(url: URL, call: Call): Promise<Answer> {
    const { method, file, body } = call;
    const outgoing = {
      method,
      headers: this.headersOf(call, false),
      signal: AbortSignal.timeout(call.timeoutMs ?? this.settings.timeoutMs),
    };
    if (file?.as === 'body') return sendFile(url, file, outgoing);
    if (file !== undefined) return send(url, { ...outgoing, body: await formOf(file) });
    return send(url, { ...outgoing, body: body === undefined ? null : JSON.stringify(body) });
  }

  private refusalOf(status: number, text: string): Error {
    const problem = problemSchema.safeParse(parseJson(text));
    if (problem.success) return new ApiRefusal(problem.data);
    return new CommandFault(
      this.settings.texts.notLianxin(this.settings.url.origin, status),
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
      ...(call.file?.as === 'body' ? { 'content-type': call.file.type } : {}),
      ...call.headers,
      ...(key === undefined ? {} : { authorization: `Bearer ${masked ? maskKey(key) : key}` }),
    };
  }
}

/** The connection stood and broke: the request may have arrived. */
const brokenCodes = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_BODY_TIMEOUT'];
const timeoutCodes = ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'];

function noAnswerOf(origin: string, error: unknown): NoAnswer {
  const { name, code, cause } = error as Error & { code?: string; cause?: { name?: string; code?: string } };
  const words = [name, code, cause?.name, cause?.code].map(String);
  if (words.some((word) => word === 'TimeoutError' || timeoutCodes.includes(word)))
    return new NoAnswer(origin, 'TIMEOUT', { cause: error });
  return new NoAnswer(origin, words.some((word) => brokenCodes.includes(word)) ? 'BROKEN' : 'REFUSED', { cause: error });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
