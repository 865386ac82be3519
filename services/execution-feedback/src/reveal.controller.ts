import { idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import { Clock, CurrentPrincipal, Database, PersonalData, Roles } from '@lianxin/platform';
import { Body, Controller, Header, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CopyStore } from './copy.store.ts';
import { RevealStore } from './reveal.store.ts';
import { TaskStore } from './task.store.ts';
import { openIdentity } from './task.view.ts';
import { VisibleTask } from './visible.guard.ts';

const revealRequestSchema = z
  .object({ field: z.enum(['idNumber', 'name']), purpose: z.string().trim().min(4).max(500) })
  .meta({ id: 'RevealRequest' });
const revealAnswerSchema = z.object({ field: z.string(), value: z.string() }).meta({ id: 'RevealAnswer' });

/** Full identities of persons, one at a time, for a stated purpose, logged for ever (R-8-8, R-8-13). */
@ApiTags('任务')
@ApiBearerAuth('apiKey')
@Controller('api/v1/tasks/:id/reveal')
export class RevealController {
  constructor(
    private readonly database: Database,
    private readonly tasks: TaskStore,
    private readonly copies: CopyStore,
    private readonly log: RevealStore,
    private readonly personalData: PersonalData,
    private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(200)
  @UseGuards(VisibleTask)
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'CREDIT_OFFICE')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: '查看完整身份', description: '因办理任务需要查看自然人完整证件号码或姓名，须说明用途，全部留痕。' })
  @ApiResponse({ status: 200, standardSchema: revealAnswerSchema })
  async reveal(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) taskId: string,
    @Body({ schema: revealRequestSchema }) body: z.infer<typeof revealRequestSchema>,
  ): Promise<z.infer<typeof revealAnswerSchema>> {
    return this.database.transaction(principal, async (tx) => {
      const task = await this.tasks.findTask(tx, taskId);
      const subject = task && (await this.copies.readSubjects(tx, [task.partySubjectId])).get(task.partySubjectId);
      if (task === undefined || subject === undefined || subject.sealed === null)
        throw new ProblemError('NOT_FOUND', '该任务的当事人不是自然人，或其身份尚未同步');
      const identity = openIdentity(this.personalData, subject.sealed);
      if (identity === undefined) throw new ProblemError('NOT_FOUND', '该自然人的身份信息已按保存期限销毁，无法查看');
      // The entry commits with the answer: what cannot be logged is not shown.
      await this.log.add(tx, {
        departmentCode: task.departmentCode,
        taskId,
        partySubjectId: task.partySubjectId,
        field: body.field,
        purpose: body.purpose,
        principalId: principal.id,
        revealedAt: this.clock.now(),
      });
      return { field: body.field, value: identity[body.field] };
    });
  }
}
