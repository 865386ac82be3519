import { ProblemError } from '@lianxin/contracts';
import secureJson from 'secure-json-parse';

/** Levels of nesting that any request of ours may have. */
export const maxJsonDepth = 20;

/**
 * Parses a request body, refusing what is not JSON, carries `__proto__` or `constructor.prototype`, or nests too deeply.
 * The depth is counted on the text before parsing, so that a hostile body costs one pass and no stack.
 */
export function parseJsonBody(text: string): unknown {
  if (depthOf(text) > maxJsonDepth) throw new ProblemError('JSON_TOO_DEEP', `嵌套超过 ${maxJsonDepth} 层`);
  try {
    return secureJson.parse(text, undefined, { protoAction: 'error', constructorAction: 'error' }) as unknown;
  } catch (error) {
    throw new ProblemError('MALFORMED_JSON', '请求体不是合法的 JSON', [], { cause: error });
  }
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === 0x5c) index++;
      else if (character === 0x22) inString = false;
    } else if (character === 0x22) inString = true;
    else if (character === 0x7b || character === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (character === 0x7d || character === 0x5d) depth--;
  }
  return deepest;
}
