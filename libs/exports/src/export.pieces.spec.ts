import { randomUUIDv7 } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { FileSeal } from '@lianxin/platform';
import { closePiece, openPiece } from './export.pieces.ts';

/** Seals by turning bits over: what is tested is how pieces lie below the seal. */
const turned = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0xff));
const seal = {
  sealPiece: (_: number, plain: Buffer) => turned(plain),
  openPiece: (_: number, sealed: Buffer) => turned(sealed),
} as unknown as FileSeal;
const text = (rows: number) =>
  Buffer.from(`\ufeff编号,名称\r\n${Array.from({ length: rows }, () => `${randomUUIDv7()},连云港某某公司`).join('\r\n')}`);

test.each([1, 40, 4_000])('a piece of %d rows comes back as it was written, smaller in between', async (rows) => {
  const plain = text(rows);
  const closed = await closePiece(seal, 'csv', 0, Buffer.from(plain));
  if (rows > 10) expect(closed.length).toBeLessThan(plain.length);
  expect(await openPiece(seal, 'csv', 0, closed)).toEqual(plain);
});

test('a piece from before CSV was compressed comes back too, wherever the file was cut', async () => {
  const plain = text(30);
  for (let cut = 0; cut < plain.length; cut += 1) {
    const piece = plain.subarray(cut);
    expect((await openPiece(seal, 'csv', 0, turned(piece))).equals(piece)).toBe(true);
  }
});

test('a piece of a workbook is compressed in itself and lies as it is', async () => {
  const piece = Buffer.from([1, 2, 3]);
  expect(await closePiece(seal, 'xlsx', 0, piece)).toEqual(turned(piece));
  expect(await openPiece(seal, 'xlsx', 0, turned(piece))).toEqual(piece);
});
