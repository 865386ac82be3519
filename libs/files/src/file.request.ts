import type { Readable } from 'node:stream';
import { ProblemError } from '@lianxin/contracts';
import '@fastify/multipart';
import type { FastifyRequest } from 'fastify';

/**
 * The file in a request: field `file` of multipart, or the body itself.
 * @throws ProblemError VALIDATION_FAILED, UNSUPPORTED_MEDIA_TYPE
 */
export async function fileOfRequest(request: FastifyRequest): Promise<{ body: Readable; name: string | undefined }> {
  if (request.isMultipart()) {
    const part = await request.file();
    if (part === undefined || part.fieldname !== 'file') {
      part?.file.resume();
      throw new ProblemError('VALIDATION_FAILED', '缺少文件：以 multipart 的 file 字段上传', [
        { pointer: '/file', code: 'VALIDATION_FAILED', detail: '缺少 file 字段' },
      ]);
    }
    return { body: part.file, name: part.filename };
  }
  const body = request.body as Readable | undefined;
  if (typeof body?.pipe !== 'function') throw new ProblemError('UNSUPPORTED_MEDIA_TYPE', '以 multipart/form-data 或文件本身的类型上传');
  return { body, name: undefined };
}

/** `Content-Disposition` of a download under this name, whatever characters it has. */
export function dispositionOf(name: string): string {
  return `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, escapeCharacter)}`;
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
