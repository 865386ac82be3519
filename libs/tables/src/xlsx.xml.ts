import { TextDecoder } from 'node:util';
import { SaxesParser } from 'saxes';
import { workbookLimits } from './table.limits.ts';
import { TableFault } from './table.reading.ts';

export interface XmlHandlers {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close?(name: string): void;
  text?(text: string): void;
}

/**
 * Reads a part of XML as it comes; names without their prefix. A document type is refused: it has no place in a workbook, and entities that expand
 * live there.
 * @throws TableFault TABLE_UNREADABLE, TABLE_TOO_LARGE
 */
export async function* parseXml(bytes: AsyncIterable<Buffer>, handlers: XmlHandlers): AsyncGenerator<undefined> {
  const parser = new SaxesParser();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let sinceEvent = 0;
  const heard = () => {
    sinceEvent = 0;
  };
  parser.on('doctype', () => {
    throw unreadable('工作簿含有不允许的文档类型定义');
  });
  parser.on('error', (error) => {
    throw unreadable('工作簿的内容不是合法的 XML', error);
  });
  parser.on('opentag', ({ name, attributes }) => {
    heard();
    handlers.open(localName(name), attributes as Record<string, string>);
  });
  parser.on('closetag', ({ name }) => {
    heard();
    handlers.close?.(localName(name));
  });
  parser.on('text', (text) => {
    heard();
    handlers.text?.(text);
  });
  for await (const chunk of bytes) {
    sinceEvent += chunk.length;
    // What is larger than a piece and brings no event is one endless element; it must not pile up in the parser.
    if (sinceEvent > workbookLimits.elementBytes) throw new TableFault('TABLE_TOO_LARGE', '工作簿中有过长的单元格或元素');
    parser.write(decodeStrictly(decoder, chunk));
    yield;
  }
  parser.write(decodeStrictly(decoder)).close();
  yield;
}

/** Reads a small part to its end. */
export async function parseWhole(bytes: AsyncIterable<Buffer>, handlers: XmlHandlers): Promise<void> {
  for await (const _piece of parseXml(bytes, handlers));
}

function decodeStrictly(decoder: TextDecoder, chunk?: Buffer): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw unreadable('工作簿的内容不是 UTF-8', error);
  }
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

function unreadable(what: string, cause?: unknown): TableFault {
  return new TableFault('TABLE_UNREADABLE', `${what}；请在表格软件中重新保存后上传`, { cause });
}
