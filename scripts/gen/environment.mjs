import { join } from 'node:path';

function describe(schema) {
  let inner = schema;
  let fallback;
  while (inner?._zod?.def?.innerType !== undefined) {
    if (inner._zod.def.type === 'default') fallback = inner._zod.def.defaultValue;
    inner = inner._zod.def.innerType;
  }
  const optional = schema.safeParse(undefined).success;
  return { required: !optional, fallback: fallback === undefined ? '' : String(fallback) };
}

/** Every variable of every service: required, default. */
export async function environmentOf(root) {
  const { platformConfigSchema } = await import('@lianxin/platform');
  const { serviceNames: services } = await import(join(root, 'services/standalone/dist/services.js'));
  const tables = [['every service', platformConfigSchema]];
  for (const name of services) {
    const { service } = await import(join(root, 'services', name, 'dist/app.module.js'));
    tables.push([name, service.config]);
  }
  const parts = tables.map(([title, schema]) => {
    const rows = Object.entries(schema.shape).map(([name, field]) => {
      const { required, fallback } = describe(field);
      return `| \`${name}\` | ${required ? 'yes' : 'no'} | ${fallback === '' ? '' : `\`${fallback}\``} |`;
    });
    return `## ${title}\n\n| variable | required | default |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Environment\n\nEach \`NAME\` may also come from a file named by \`NAME_FILE\`. A service tells all faults at once and does not start with a weak secret. Generated from the services' \`config.ts\`.\n\n${parts.join('\n')}`;
}
