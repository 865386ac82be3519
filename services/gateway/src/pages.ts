import { type ProblemCode, problems } from '@lianxin/contracts';

/** Pages that need nothing from outside this machine: no script, font or picture of another host (product §0.1 no. 9). */

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

/** `/docs`: Swagger UI from local files. Its start is a file of its own, for the content policy lets no inline script run. */
export const docsPage = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>联信 API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>此页需要 JavaScript；接口文档全文见 <a href="/openapi.json">/openapi.json</a>。</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** `validatorUrl: null`: otherwise Swagger UI would send the address of the document to a validator on the internet. */
export const docsScript = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  docExpansion: 'none',
});
`;

/** `TASK_ALREADY_CLAIMED` ↔ `task-already-claimed`, as in the `type` of a problem. */
export function slugOf(code: ProblemCode): string {
  return code.toLowerCase().replaceAll('_', '-');
}

const codeBySlug = new Map((Object.keys(problems) as ProblemCode[]).map((code) => [slugOf(code), code]));

/** The help page of a problem; undefined when there is no such problem. */
export function findProblemPage(slug: string, english: boolean): string | undefined {
  const code = codeBySlug.get(slug);
  if (code === undefined) return undefined;
  const problem = problems[code];
  const text = english
    ? { title: problem.titleEn, remedy: problem.remedyEn, how: 'What to do', retry: retryText[problem.retryable ? 'yesEn' : 'noEn'] }
    : { title: problem.titleZh, remedy: problem.remedyZh, how: '如何解决', retry: retryText[problem.retryable ? 'yesZh' : 'noZh'] };
  return `<!doctype html>
<html lang="${english ? 'en' : 'zh-CN'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(text.title)} · ${code}</title>
</head>
<body>
<h1>${escapeHtml(text.title)}</h1>
<p><code>${code}</code> · HTTP ${problem.status}</p>
<h2>${text.how}</h2>
<p>${escapeHtml(text.remedy)}</p>
<p>${text.retry}</p>
</body>
</html>
`;
}

const retryText = {
  yesZh: '稍后以同一请求重试可能成功。',
  noZh: '原样重试不会成功，请先按上述说明修改。',
  yesEn: 'The same request may succeed later.',
  noEn: 'The same request will not succeed: change it first.',
};
