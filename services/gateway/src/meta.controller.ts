import { readFileSync } from 'node:fs';
import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

const metaSchema = z
  .object({ name: z.string(), version: z.string(), commit: z.string().nullable(), mode: z.enum(['demo', 'production']), api: z.string() })
  .meta({ id: 'Meta' });
type Meta = z.infer<typeof metaSchema>;

const manifest = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

export function metaOf(config: { LIANXIN_COMMIT?: string | undefined; LIANXIN_DEMO: boolean }): Meta {
  const mode = config.LIANXIN_DEMO ? 'demo' : 'production';
  return { name: 'lianxin', version: manifest.version, commit: config.LIANXIN_COMMIT ?? null, mode, api: 'v1' };
}

/** What is running here. */
export class SystemMeta {
  constructor(readonly value: Meta) {}
}

@ApiTags('运行')
@Controller('api/v1/meta')
export class MetaController {
  constructor(private readonly meta: SystemMeta) {}

  @Get()
  @ApiOperation({ summary: '版本信息', description: '运行中的版本、提交和模式（demo 为演示）。' })
  @ApiResponse({ status: 200, standardSchema: metaSchema })
  read(): Meta {
    return this.meta.value;
  }
}
