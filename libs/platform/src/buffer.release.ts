/**
 * Gives the memory of a buffer back now; nobody may read it any more. Buffers lie outside the heap, where the collector sees no hurry: those that were
 * handed to a compressor, a cipher or a socket wait for its next full turn, hundreds of megabytes in a long file. A buffer that shares its memory with
 * others is left alone.
 */
export function releaseBuffer(buffer: Buffer): void {
  if (buffer.buffer instanceof ArrayBuffer && buffer.byteLength === buffer.buffer.byteLength) buffer.buffer.transfer(0);
}
