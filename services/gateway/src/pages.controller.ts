import { ProblemError } from '@lianxin/contracts';
import { Public } from '@lianxin/platform';
import { Controller, Get, Header, Headers, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { docsPage, docsScript, findProblemPage } from './pages.ts';

const html = 'text/html; charset=utf-8';

@ApiExcludeController()
@Public()
@Controller()
export class PagesController {
  @Get('docs')
  @Header('content-type', html)
  docs() {
    return docsPage;
  }

  @Get('docs/start.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  docsStart() {
    return docsScript;
  }

  /** What a problem's `type` leads to; Chinese unless the reader asks for English. */
  @Get('problems/:slug')
  problem(
    @Param('slug') slug: string,
    @Headers('accept-language') language: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const page = findProblemPage(slug, /^en\b/i.test(language ?? ''));
    if (page === undefined) throw new ProblemError('NOT_FOUND', '没有此问题代码的说明');
    void reply.header('content-type', html).header('Vary', 'Accept-Language');
    return page;
  }
}
