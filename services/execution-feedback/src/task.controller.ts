import { idSchema, type Principal, pageSchema, type TaskQuery, taskQuerySchema, taskViewSchema } from '@lianxin/contracts';
import { CurrentPrincipal } from '@lianxin/platform';
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { QueueService } from './queue.service.ts';
import { taskWithHistorySchema } from './task.api.ts';

/** Queues of the departments and what they hold. */
@ApiTags('任务')
@ApiBearerAuth('apiKey')
@Controller('api/v1')
export class TaskController {
  constructor(private readonly queue: QueueService) {}

  @Get('tasks')
  @ApiOperation({ summary: '任务队列', description: '本部门的任务，新下发的在前；entryId 匹配任一依据，逗号表示“或”。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(taskViewSchema) })
  listTasks(@CurrentPrincipal() principal: Principal, @Query({ schema: taskQuerySchema }) query: TaskQuery) {
    return this.queue.listTasks(principal, query);
  }

  @Get('tasks/:id')
  @ApiOperation({ summary: '任务详情', description: '任务、依据、说明及全部历史；ETag 为任务版本。' })
  @ApiResponse({ status: 200, standardSchema: taskWithHistorySchema })
  async getTask(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idSchema }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const task = await this.queue.getTask(principal, id);
    void reply.header('ETag', `"${task.version}"`);
    return task;
  }

  @Get('notices')
  @ApiOperation({ summary: '信息告知', description: '供参考的措施告知：不设期限、不催办，不计入考核（R-1-4）。' })
  @ApiResponse({ status: 200, standardSchema: pageSchema(taskViewSchema) })
  listNotices(@CurrentPrincipal() principal: Principal, @Query({ schema: taskQuerySchema }) query: TaskQuery) {
    return this.queue.listNotices(principal, query);
  }
}
