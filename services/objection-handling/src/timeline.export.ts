import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Principal } from '@lianxin/contracts';
import { Clock, Database } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import type { TimelineFilter } from './timeline.schemas.ts';
import { filterOf, TimelineService } from './timeline.service.ts';
import type { EventRow } from './timeline.store.ts';
import { timelineEventOf } from './timeline.view.ts';

/**
 * A subject's timeline as a file that a stranger can check: one event per line as the reader may see it, in the derived order, and a last line with the
 * number of lines before it and the SHA-256 of their bytes (`head -n -1 file | sha256sum`). Each event carries the SHA-256 of its data as it was sent.
 */
@Injectable()
export class TimelineExport {
  constructor(
    private readonly database: Database,
    private readonly timelines: TimelineService,
    private readonly clock: Clock,
  ) {}

  /**
   * Checks that there is something to see, then streams. All lines are of one moment.
   * @throws ProblemError NOT_FOUND before the first byte
   */
  async open(principal: Principal, subjectId: string, filter: TimelineFilter): Promise<Readable> {
    await this.database.transaction(principal, async (tx) =>
      this.timelines.assertVisible(tx, await this.timelines.look(tx, principal, subjectId)),
    );
    const hash = createHash('sha256');
    const stream = new Readable({ read: () => drained?.() });
    let drained: (() => void) | undefined;
    let lines = 0;
    const write = async (text: string) => {
      if (!stream.push(text) && !stream.destroyed)
        await new Promise<void>((resolve) => {
          drained = resolve;
          stream.once('close', resolve);
        });
      if (stream.destroyed) throw new Error('the reader of an exported timeline went away');
    };
    const work = this.database.snapshot(principal, async (tx) => {
      const sight = await this.timelines.look(tx, principal, subjectId);
      await this.timelines.forEach(tx, sight, filterOf(sight, filter), async (rows: readonly EventRow[]) => {
        const text = rows.map((row) => `${JSON.stringify(timelineEventOf(row, sight.viewer, sight.ownKeys))}\n`).join('');
        hash.update(text);
        lines += rows.length;
        if (text !== '') await write(text);
      });
      const manifest = {
        subjectId,
        filter,
        lines,
        algorithm: 'SHA-256',
        sha256OfLines: hash.digest('hex'),
        exportedAt: this.clock.now().toISOString(),
      };
      await write(`${JSON.stringify({ manifest: { ...manifest, exportedBy: principal.id } })}\n`);
    });
    work.then(
      () => stream.push(null),
      (error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))),
    );
    return stream;
  }
}
