import type { StoredTerm } from '@lianxin/contracts';
import type { TermMove } from '@lianxin/messaging';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';

/** Limits of objections as they are computed again with another working-day table. All of them are owed to the subject. */
@Injectable()
export class ObjectionTermStore {
  async read(
    tx: Transaction,
    from: string,
    after: string | undefined,
    limit: number,
  ): Promise<(StoredTerm & { readonly reference: string })[]> {
    return tx.query(
      `SELECT objection_id || '|' || kind AS reference, due_on AS "dueOn", counted_at AS "countedAt", false AS "isSubjectsOwn" FROM objection_deadline
       WHERE met_on IS NULL AND missed_on IS NULL AND due_on >= $1 AND ($2::text IS NULL OR objection_id || '|' || kind > $2 COLLATE "C")
       ORDER BY (objection_id || '|' || kind) COLLATE "C" LIMIT $3`,
      [from, after ?? null, limit],
    );
  }

  /** What was met, missed or moved since it was read stays. */
  async move(tx: Transaction, moves: readonly TermMove[], at: Date): Promise<string[]> {
    const rows = await tx.query<{ reference: string }>(
      `UPDATE objection_deadline SET due_on = new.due_after, counted_at = $4
       FROM unnest($1::text[], $2::date[], $3::date[]) AS new (reference, due_before, due_after)
       WHERE objection_id = split_part(new.reference, '|', 1)::uuid AND kind = split_part(new.reference, '|', 2)
         AND due_on = new.due_before AND met_on IS NULL AND missed_on IS NULL RETURNING new.reference`,
      [moves.map((move) => move.reference), moves.map((move) => move.from), moves.map((move) => move.to), at],
    );
    return rows.map((row) => row.reference);
  }
}
