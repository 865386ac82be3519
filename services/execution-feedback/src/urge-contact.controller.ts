import { randomUUIDv7 } from 'node:crypto';
import { idSchema, type Principal, ProblemError } from '@lianxin/contracts';
import {
  Clock,
  CurrentPrincipal,
  Database,
  Idempotent,
  type IdempotentRequest,
  idempotently,
  PersonalData,
  Roles,
  sendAnswer,
} from '@lianxin/platform';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type ContactRequest, type ContactView, contactRequestSchema, contactViewSchema } from './urge.api.ts';
import { officeCode, type UrgeContact, UrgeDeliveryStore } from './urge-delivery.store.ts';

/** Addresses to which a department or the credit office has itself written to. */
@ApiTags('催办')
@ApiBearerAuth('apiKey')
@Controller('api/v1/urge-contacts')
export class UrgeContactController {
  constructor(
    private readonly database: Database,
    private readonly store: UrgeDeliveryStore,
    private readonly personalData: PersonalData,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Roles('DEPT_HANDLER', 'DEPT_APPROVER', 'DEPT_LIAISON', 'CREDIT_OFFICE', 'AUDITOR')
  @ApiOperation({ summary: '催办接收地址', description: '本部门登记的邮箱和手机号，脱敏显示（§4.5、R-8-8）。' })
  @ApiResponse({ status: 200, standardSchema: z.object({ data: z.array(contactViewSchema) }) })
  async list(@CurrentPrincipal() principal: Principal): Promise<{ data: ContactView[] }> {
    const contacts = await this.database.transaction(principal, (tx) => this.store.readContacts(tx));
    return { data: contacts.map(viewOf) };
  }

  @Post()
  @Roles('DEPT_APPROVER', 'DEPT_LIAISON', 'CREDIT_OFFICE')
  @ApiOperation({
    summary: '登记接收地址',
    description: '部门审核人或联络员登记本部门的地址；信用办登记自己的（接收抄送）。地址加密保存。',
  })
  @ApiResponse({ status: 201, standardSchema: contactViewSchema })
  async add(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: contactRequestSchema }) body: ContactRequest,
    @Idempotent() request: IdempotentRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const contact: UrgeContact = {
      id: randomUUIDv7(),
      department_code: ownerOf(principal, body),
      receiver: body.receiver,
      channel: body.channel,
      address_sealed: this.personalData.sealText(body.address),
      address_masked: maskAddress(body.address),
      created_by: principal.id,
      created_at: this.clock.now(),
    };
    const answer = await this.database.transaction(principal, (tx) =>
      idempotently(tx, request, async () => {
        await this.store.addContact(tx, contact);
        return { status: 201, body: viewOf(contact) };
      }),
    );
    return sendAnswer(reply, answer);
  }

  @Delete(':id')
  @Roles('DEPT_APPROVER', 'DEPT_LIAISON', 'CREDIT_OFFICE')
  @HttpCode(204)
  @ApiOperation({ summary: '停用接收地址', description: '此后不再向该地址发送；已排队的仍会发出。' })
  async remove(@CurrentPrincipal() principal: Principal, @Param('id', { schema: idSchema }) id: string): Promise<void> {
    await this.database.transaction(principal, async (tx) => {
      const contact = await this.store.findContact(tx, id);
      if (contact === undefined) throw new ProblemError('NOT_FOUND', '没有此接收地址，或不属于本部门');
      const own = principal.departments.includes(contact.department_code) || contact.department_code === officeCode;
      if (!own) throw new ProblemError('FORBIDDEN', '部门的接收地址由该部门自己停用');
      await this.store.removeContact(tx, id, this.clock.now());
    });
  }
}

/** @throws ProblemError FORBIDDEN: a department registers its own receivers, the office its own. */
function ownerOf(principal: Principal, body: ContactRequest): string {
  if (body.receiver === 'CREDIT_OFFICE') {
    if (principal.roles.includes('CREDIT_OFFICE')) return officeCode;
    throw new ProblemError('FORBIDDEN', '信用办的接收地址由信用办登记');
  }
  const [department] = principal.departments;
  if (department === undefined) throw new ProblemError('FORBIDDEN', '部门的接收地址由该部门登记，全市角色不能代办');
  return department;
}

/** `wa***@lyg.gov.cn`, `138****1234` (R-8-8). */
export function maskAddress(address: string): string {
  const at = address.indexOf('@');
  if (at < 0) return `${address.slice(0, 3)}****${address.slice(-4)}`;
  return `${address.slice(0, Math.min(2, at - 1))}***${address.slice(at)}`;
}

function viewOf(contact: UrgeContact): ContactView {
  return {
    id: contact.id,
    departmentCode: contact.department_code,
    receiver: contact.receiver,
    channel: contact.channel,
    address: contact.address_masked,
    createdBy: contact.created_by,
    createdAt: contact.created_at.toISOString(),
  };
}
