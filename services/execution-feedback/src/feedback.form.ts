import { type FeedbackKind, feedbackKindSchema, idSchema, ProblemError } from '@lianxin/contracts';
import type { Transaction } from '@lianxin/platform';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CopyStore } from './copy.store.ts';
import { effectsOf, type FeedbackStatusOfTask, formOf, kindsOfStatus, type LegalBasis } from './feedback.rules.ts';
import { type ShownBasis, TaskStore } from './task.store.ts';
import { clausesOf } from './task.view.ts';

export const feedbackFormSchema = z
  .object({
    taskId: idSchema,
    class: z.string(),
    /** What may be answered now, each with the fields that it wants and those that it takes. */
    kinds: z.array(z.object({ kind: feedbackKindSchema, required: z.array(z.string()), optional: z.array(z.string()) })),
    effects: z.array(z.string()),
    /** The bases that may be named as the one used. */
    legalBases: z.array(z.object({ document: z.string(), article: z.string().nullable() })),
  })
  .meta({ id: 'FeedbackForm' });
export type FeedbackForm = z.infer<typeof feedbackFormSchema>;

/** The form for the answer to one task, as its measure wants it (§4.6, product §A.1). */
@Injectable()
export class FeedbackForms {
  constructor(
    private readonly tasks: TaskStore,
    private readonly copies: CopyStore,
  ) {}

  /** @throws ProblemError NOT_FOUND. */
  async of(tx: Transaction, taskId: string): Promise<FeedbackForm> {
    const task = await this.tasks.findTask(tx, taskId);
    if (task === undefined) throw new ProblemError('NOT_FOUND', '没有此任务，或不属于本部门');
    const answersElsewhere = task.kind === 'VERIFY' || task.kind === 'REVIEW';
    const kinds: readonly FeedbackKind[] = answersElsewhere ? [] : (kindsOfStatus[task.status as FeedbackStatusOfTask] ?? []);
    return {
      taskId: task.id,
      class: task.class,
      kinds: kinds.map((kind) => ({ kind, ...formOf(kind, task.class, task.kind) })),
      effects: task.kind === 'EXECUTE' ? [...effectsOf(task.class)] : [],
      legalBases: [...((await this.legalBases(tx, await this.tasks.readBasesToShow(tx, [task.id]))) ?? [])],
    };
  }

  /** The verified bases of the measures for the lists that run, of all where none does any more; undefined while one of the measures has not come. */
  async legalBases(tx: Transaction, bases: readonly ShownBasis[]): Promise<readonly LegalBasis[] | undefined> {
    const running = bases.filter((basis) => basis.status !== 'ENDED');
    const counting = running.length > 0 ? running : bases;
    const wanted = counting.map((basis) => ({ version: basis.catalogue_version, code: basis.measure_code }));
    const measures = await this.copies.readMeasures(tx, wanted);
    const found = new Map<string, LegalBasis>();
    for (const basis of counting) {
      const measure = measures.get(`${basis.catalogue_version}|${basis.measure_code}`);
      if (measure === undefined) return undefined;
      for (const { document, article } of clausesOf(basis, measure)) found.set(`${document}|${article}`, { document, article });
    }
    return [...found.values()];
  }
}
