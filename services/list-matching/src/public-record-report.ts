import { randomUUID } from 'node:crypto';
import { type Principal, type PublicRecordKind, publicReportReceived } from '@lianxin/contracts';
import { lockLanes, newEvent, Outbox } from '@lianxin/messaging';
import { Clock, Database, PersonalData, problemOf, type Transaction } from '@lianxin/platform';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { countRefused, type ReportCount } from './public-record-report.rules.ts';

/** One file or one request by which a department reports licences or penalties. */
export interface Report extends ReportCount {
  readonly id: string;
  readonly version: 1 | 2;
  readonly kind: PublicRecordKind | null;
  readonly channel: 'FILE' | 'REQUEST';
}

/** Tells how many records came with a report and how many were right in form: refused rows leave no other trace outside (K18 合规率, R-7-1). */
@Injectable()
export class PublicRecordReports {
  constructor(
    private readonly clock: Clock,
    private readonly outbox: Outbox,
  ) {}

  /** In the transaction that settles the report. What is no 双公示, has no row, or comes from nobody's department is not told. */
  async tell(tx: Transaction, sender: Pick<Principal, 'id' | 'departments'>, report: Report): Promise<void> {
    const [departmentCode, another] = sender.departments;
    const { kind, id, version, channel, received, valid } = report;
    if (departmentCode === undefined || another !== undefined || kind === 'ABNORMAL') return;
    if (received === 0 && version === 1) return;
    // A lane that no other use case ever wants, taken after those of subjects.
    await lockLanes(tx, [id]);
    const data = { reportId: id, reportVersion: version, departmentCode, kind, channel, reportedOn: this.clock.today(), received, valid };
    await this.outbox.publish(tx, [newEvent({ definition: publicReportReceived, key: id, data, actor: sender.id })]);
  }
}

interface RecordRequest {
  readonly principal: Principal;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * A request that is refused for its form rolls back with everything it did, so its count is written in a transaction of its own before the refusal goes out.
 * Where that cannot be written the sender gets that fault, and sends again. Guards stand before: who may not send has sent nothing.
 */
@Injectable()
export class RefusedRecordCount implements NestInterceptor {
  constructor(
    private readonly database: Database,
    private readonly personalData: PersonalData,
    private readonly reports: PublicRecordReports,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<RecordRequest>();
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        const count = countRefused(problemOf(error));
        if (count !== undefined) await this.count(request, count);
        throw error;
      }),
    );
  }

  private async count({ principal, body, headers }: RecordRequest, count: ReportCount): Promise<void> {
    const header = headers['idempotency-key'];
    const key = Array.isArray(header) ? header[0] : header;
    const id = key === undefined ? randomUUID() : idOfHash(this.personalData.hash('report', JSON.stringify([principal.id, key, body])));
    const report: Report = { ...count, id, version: 1, kind: kindOf(body), channel: 'REQUEST' };
    await this.database.transaction(principal, (tx) => this.reports.tell(tx, principal, report));
  }
}

/**
 * An identifier (RFC 9562, version 8) made of a keyed hash: the same for a request that is sent again with its Idempotency-Key, and nothing leads from it to
 * what was sent.
 */
function idOfHash(hash: string): string {
  const bytes = Buffer.from(hash, 'base64url').subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function kindOf(body: unknown): PublicRecordKind | null {
  const kind = (body as { readonly kind?: unknown } | null)?.kind;
  return kind === 'PENALTY' || kind === 'LICENCE' || kind === 'ABNORMAL' ? kind : null;
}
