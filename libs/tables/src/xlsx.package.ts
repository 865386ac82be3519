import type { Readable } from 'node:stream';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { workbookLimits } from './table.limits.ts';
import { TableFault } from './table.reading.ts';

/** The zip around a workbook. Only the parts that are asked for are unpacked, each up to its limit; nothing is written anywhere. */
export class XlsxPackage {
  private readonly zip: ZipFile;
  private readonly entries: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.zip = zip;
    this.entries = entries;
  }

  /** @throws TableFault TABLE_UNREADABLE, TABLE_TOO_LARGE, TABLE_FORMAT_UNSUPPORTED */
  static async open(file: Buffer): Promise<XlsxPackage> {
    const zip = await openZip(file);
    const entries = await readDirectory(zip);
    if (!entries.has('[Content_Types].xml') || ![...entries.keys()].some((name) => name.startsWith('xl/')))
      throw new TableFault('TABLE_FORMAT_UNSUPPORTED', '文件是压缩包，但不是 .xlsx 工作簿；请在表格软件中另存为“Excel 工作簿（.xlsx）”');
    return new XlsxPackage(zip, entries);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /**
   * Unpacks a part as it is read. yauzl stops a part that is longer than its entry says; one that says too much is refused before it begins.
   * @throws TableFault
   */
  async *read(name: string, maxBytes: number): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new TableFault('TABLE_UNREADABLE', '工作簿不完整（缺少组成部分），请重新保存后上传');
    if (entry.uncompressedSize > maxBytes) throw tooLarge();
    if (entry.isEncrypted()) throw new TableFault('TABLE_FORMAT_UNSUPPORTED', '工作簿已加密，请取消密码后上传');
    let bytes = 0;
    try {
      for await (const chunk of (await this.openPart(entry)) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw tooLarge();
        yield chunk;
      }
    } catch (error) {
      if (error instanceof TableFault) throw error;
      throw new TableFault('TABLE_UNREADABLE', '工作簿已损坏（压缩数据与目录不符），请重新保存后上传', { cause: error });
    }
  }

  private openPart(entry: Entry): Promise<Readable> {
    return new Promise((resolve, reject) => this.zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))));
  }
}

function openZip(file: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) =>
    yauzl.fromBuffer(file, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true }, (error, zip) =>
      error ? reject(new TableFault('TABLE_UNREADABLE', '工作簿已损坏或未上传完整，请重新保存后上传', { cause: error })) : resolve(zip),
    ),
  );
}

function readDirectory(zip: ZipFile): Promise<Map<string, Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, Entry>();
    const fail = (error: unknown) =>
      reject(
        error instanceof TableFault ? error : new TableFault('TABLE_UNREADABLE', '工作簿的目录已损坏，请重新保存后上传', { cause: error }),
      );
    if (zip.entryCount > workbookLimits.entries) return fail(tooLarge());
    zip.on('entry', (entry: Entry) => {
      // Two parts of one name: a reader and the sender's program may see different sheets.
      if (entries.has(entry.fileName)) return fail(new TableFault('TABLE_UNREADABLE', '工作簿的目录有重名部分，请重新保存后上传'));
      entries.set(entry.fileName, entry);
      if (entries.size > workbookLimits.entries) return fail(tooLarge());
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', fail);
    zip.readEntry();
  });
}

function tooLarge(): TableFault {
  return new TableFault('TABLE_TOO_LARGE', '工作簿解压后超过上限，请拆分，或另存为“CSV UTF-8”后上传');
}
