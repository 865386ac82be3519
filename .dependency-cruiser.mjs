/** Boundaries of the house (style of the code, rules 1 and 2); `npm run check` holds them. */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'rules-are-pure',
      comment: 'A rule imports only contracts and other rules: that is why a case can be replayed.',
      severity: 'error',
      from: { path: '[.]rules[.]ts$' },
      to: { pathNot: ['[.]rules[.]ts$', '^libs/contracts/', 'node_modules/@lianxin/contracts'] },
    },
    {
      name: 'contracts-stand-alone',
      comment: 'What crosses a boundary imports nothing of ours.',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: '[.]spec[.]ts$' },
      to: { path: ['^libs/(?!contracts)', '^services/'] },
    },
    {
      name: 'platform-below-messaging',
      severity: 'error',
      from: { path: '^libs/platform/src/' },
      to: { path: '^libs/(messaging|testing)/' },
    },
    { name: 'messaging-below-testing', severity: 'error', from: { path: '^libs/messaging/src/' }, to: { path: '^libs/testing/' } },
    { name: 'libraries-know-no-service', severity: 'error', from: { path: '^libs/' }, to: { path: '^services/' } },
    {
      name: 'services-talk-by-events',
      comment: 'A service never imports another; only standalone puts them together.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: '^services/standalone/' },
      to: { path: '^services/([^/]+)/', pathNot: '^services/$1/' },
    },
    {
      name: 'standalone-sees-modules-only',
      severity: 'error',
      from: { path: '^services/standalone/' },
      to: { path: '^services/(?!standalone)', pathNot: '/app[.]module[.]ts$' },
    },
    {
      name: 'kafkajs-behind-messaging',
      severity: 'error',
      from: { path: '^(libs|services)/', pathNot: ['^libs/messaging/', '[.]spec[.]ts$'] },
      to: { path: 'node_modules/kafkajs/' },
    },
    {
      name: 'sources-know-no-tests',
      severity: 'error',
      from: { path: '^(libs/(?!testing)|services)[^/]*/[^/]+/src/', pathNot: '[.]spec[.]ts$' },
      to: { path: ['^libs/testing/', '/test/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '^docs/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.spec.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@lianxin/source', 'import', 'require', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
