/** A refusal of the API (RFC 9457), or no answer at all (`status` 0). */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** What is wrong, in the reader's language. */
    readonly title: string,
    readonly detail: string,
    readonly traceId: string | undefined,
    options?: ErrorOptions,
  ) {
    super(detail === '' ? title : `${title}：${detail}`, options);
  }
}

interface ProblemBody {
  readonly title?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly traceId?: string;
}

export interface ApiPage<Row> {
  readonly data: readonly Row[];
  readonly page: { readonly nextCursor: string | null; readonly hasMore: boolean };
}

/** The public API of the gateway, called as one caller: the page has no other way in. */
export class Api {
  constructor(
    readonly apiKey: string,
    private readonly language: string,
  ) {}

  get<Body>(path: string, signal?: AbortSignal): Promise<Body> {
    return this.send<Body>('GET', path, {}, undefined, signal);
  }

  /**
   * Posts JSON, or a file as it is. The key makes a repetition harmless, so a request whose answer was lost is sent once more.
   * @throws ApiProblem
   */
  async post<Body>(path: string, body: unknown, idempotencyKey = newKey()): Promise<Body> {
    const isFile = body instanceof Blob;
    const headers = { 'content-type': isFile ? body.type : 'application/json', 'idempotency-key': idempotencyKey };
    const content = isFile ? body : JSON.stringify(body);
    try {
      return await this.send<Body>('POST', path, headers, content);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 0) throw error;
      return this.send<Body>('POST', path, headers, content);
    }
  }

  /** Every row of a paged list, at most `limit`. */
  async all<Row>(path: string, limit: number, signal?: AbortSignal): Promise<Row[]> {
    const rows: Row[] = [];
    let cursor: string | null = null;
    do {
      const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: ApiPage<Row> = await this.get<ApiPage<Row>>(
        `${path}${path.includes('?') ? '&' : '?'}limit=${Math.min(200, limit)}${more}`,
        signal,
      );
      rows.push(...page.data);
      cursor = page.page.nextCursor;
    } while (cursor !== null && rows.length < limit);
    return rows;
  }

  private async send<Body>(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: BodyInit,
    signal?: AbortSignal,
  ): Promise<Body> {
    let response: Response;
    try {
      response = await fetch(path, {
        method,
        headers: { accept: 'application/json', 'accept-language': this.language, authorization: `Bearer ${this.apiKey}`, ...headers },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
        cache: 'no-store',
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new ApiProblem(0, 'UNREACHABLE', '', '', undefined, { cause: error });
    }
    if (response.ok) return (await response.json()) as Body;
    throw await problemOf(response);
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const body = isJson ? ((await response.json()) as ProblemBody) : {};
  return new ApiProblem(response.status, body.code ?? '', body.title ?? `HTTP ${response.status}`, body.detail ?? '', body.traceId);
}

/** A random UUID, also where the page was not loaded by https: an intranet may have none. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
