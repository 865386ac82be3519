import { describe, expect, test } from '@jest/globals';
import { languageOf } from './options.ts';
import { textsOf } from './texts.ts';
import { readUsageFault } from './usage.rules.ts';

describe('a wrong command line is explained', () => {
  test.each([
    ['commander.unknownOption', "error: unknown option '--stauts'\n(Did you mean --status?)", '没有选项 --stauts（是否为 --status？）'],
    ['commander.unknownCommand', "error: unknown command 'tsk'\n(Did you mean task?)", '没有命令 tsk（是否为 task？）'],
    ['commander.missingArgument', "error: missing required argument 'id'", '缺少参数 id'],
    ['commander.missingMandatoryOptionValue', "error: required option '--ground <ground>' not specified", '必须给出选项 --ground <ground>'],
    [
      'commander.invalidArgument',
      "error: option '-o, --output <format>' argument 'xml' is invalid. Allowed choices are table, json.",
      '-o, --output <format> xml 无效。可选：table, json',
    ],
    [
      'commander.invalidArgument',
      "error: command-argument value '7' is invalid for argument 'id'. 编号应为 UUID",
      '7 id 无效。编号应为 UUID',
    ],
    ['commander.newInSomeVersion', 'error: something else', 'something else'],
  ])('%s in Chinese', (code, message, told) => {
    expect(textsOf('zh').usage.fault(readUsageFault(code, message))).toBe(told);
  });

  test('in English the words of the parser itself', () => {
    const fault = readUsageFault('commander.unknownOption', "error: unknown option '--stauts'\n(Did you mean --status?)");
    expect(textsOf('en').usage.fault(fault)).toBe("unknown option '--stauts' (Did you mean --status?)");
  });

  test.each([
    [['task', 'ls'], {}, 'zh'],
    [['task', 'ls', '--lang', 'en'], {}, 'en'],
    [['--lang=en', 'task'], {}, 'en'],
    [['task'], { LIANXIN_LANG: 'en' }, 'en'],
    [['task', '--lang', 'zh'], { LIANXIN_LANG: 'en' }, 'zh'],
    [['task', '--', '--lang', 'en'], {}, 'zh'],
  ] as const)('%j with %j is told in %s', (argv, environment, language) => {
    expect(languageOf(argv, environment)).toBe(language);
  });
});
