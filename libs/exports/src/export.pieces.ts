import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { type FileSeal, releaseBuffer } from '@lianxin/platform';
import type { ExportRequest } from './export.request.ts';

const pack = promisify(deflateRaw);
const effort = 1;

/**
 * How a piece of a file lies in the database: sealed, and a CSV compressed before, for it is ten times as long as its content and would have to pass
 * through the database's text form in full. A workbook is compressed already.
 */
export async function closePiece(seal: FileSeal, format: ExportRequest['format'], place: number, plain: Buffer): Promise<Buffer> {
  if (format !== 'csv') return seal.sealPiece(place, plain);
  const packed = await pack(plain, { level: effort });
  const sealed = seal.sealPiece(place, packed);
  releaseBuffer(packed);
  return sealed;
}

/** @returns a piece of a file as it was written; what was stored must not be read any more. Pieces from before CSV was compressed lie there as they are, until their files expire. */
export async function openPiece(seal: FileSeal, format: ExportRequest['format'], place: number, sealed: Buffer): Promise<Buffer> {
  const stored = seal.openPiece(place, sealed);
  releaseBuffer(sealed);
  const plain = format === 'csv' ? await unpacked(stored) : undefined;
  if (plain === undefined) return stored;
  releaseBuffer(stored);
  return plain;
}

/** Undefined when this is no compressed piece: one is read to its last byte, which text is not. */
function unpacked(stored: Buffer): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    inflateRaw(stored, { info: true }, (error, result) => {
      const read = result as unknown as { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } } | undefined;
      resolve(error === null && read?.engine.bytesWritten === stored.length ? read.buffer : undefined);
    });
  });
}
