import { readFile } from 'node:fs/promises';
import { ProblemError } from '@lianxin/contracts';
import { Public } from '@lianxin/platform';
import { Controller, Get, Header, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { refusalOfDemoKeys } from './demo.rules.ts';

const credentialsSchema = z.object({ apiKeys: z.record(z.string(), z.string()) });
/** Keys that manage accounts and parked subjects: the page has no use for them. */
const withheld = /^ADMIN/;

/** Where the launcher keeps the keys of the demo city. */
export class DemoCredentials {
  constructor(readonly file: string) {}
}

/** Exists in demo mode only: lets our own page, in a browser on this machine, be anybody of the demo city. */
@ApiExcludeController()
@Public()
@Controller('demo')
export class DemoController {
  constructor(private readonly credentials: DemoCredentials) {}

  @Get('credentials')
  @Header('Cache-Control', 'no-store')
  async read(@Req() request: FastifyRequest): Promise<z.infer<typeof credentialsSchema>> {
    const refusal = refusalOfDemoKeys({ remoteAddress: request.socket.remoteAddress, headers: request.headers });
    if (refusal !== undefined) throw new ProblemError('FORBIDDEN', `演示密钥${refusal}`);
    const { apiKeys } = credentialsSchema.parse(JSON.parse(await this.text()));
    return { apiKeys: Object.fromEntries(Object.entries(apiKeys).filter(([name]) => !withheld.test(name))) };
  }

  private async text(): Promise<string> {
    try {
      return await readFile(this.credentials.file, 'utf8');
    } catch (error) {
      throw new ProblemError('UNAVAILABLE', '演示城市尚在准备，请稍后重试', [], { cause: error });
    }
  }
}
