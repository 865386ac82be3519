import multipart from '@fastify/multipart';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { evidenceTypes, maxFileBytes } from './file.rules.ts';

/** Lets files in as streams, by multipart or as the body itself; nothing of them is held in memory. */
export async function acceptFiles(app: NestFastifyApplication): Promise<void> {
  // Wider than what is taken, so that the folder itself refuses what is too large and its sender hears why.
  await app.register(multipart, { limits: { files: 1, fields: 5, fieldSize: 1_000, parts: 6, fileSize: 3 * maxFileBytes + 1 } });
  const types = [...Object.values(evidenceTypes), 'application/octet-stream'];
  app
    .getHttpAdapter()
    .getInstance()
    .addContentTypeParser(types, (_request, payload, done) => done(null, payload));
}
