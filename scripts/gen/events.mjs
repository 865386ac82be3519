import { z } from 'zod';

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** One JSON Schema per event (a published version is frozen: a diff here is a new version), a table, and the AsyncAPI document. */
export async function eventFiles() {
  const { eventDefinitions, partitionsPerTopic, topics } = await import('@lianxin/contracts');
  const files = [];
  const rows = [];
  const messages = {};
  for (const definition of eventDefinitions) {
    const schema = z.toJSONSchema(definition.data, { target: 'draft-2020-12', io: 'output' });
    files.push([
      `docs/generated/events/${definition.type}.json`,
      json({ $id: `/schemas/${definition.type}.json`, title: definition.titleZh, ...schema }),
    ]);
    rows.push(`| \`${definition.type}\` | ${definition.titleZh} | ${definition.effect} | ${definition.classification} |`);
    messages[definition.type] = {
      name: definition.type,
      title: definition.titleZh,
      contentType: 'application/json',
      payload: { schemaFormat: 'application/schema+json;version=draft-2020-12', schema: { $ref: `./events/${definition.type}.json` } },
    };
  }
  files.push([
    'docs/generated/events.md',
    `# Events\n\nCloudEvents 1.0 in Kafka binary mode, ${partitionsPerTopic} partitions per topic, key = subject. A parked key that holds a FREES event is a severe alarm. Generated from \`libs/contracts/src/events\`.\n\n| type | 中文 | effect | classification |\n|---|---|---|---|\n${rows.join('\n')}\n`,
  ]);
  const channels = Object.fromEntries(
    topics.map((topic) => [
      topic,
      {
        address: topic,
        messages: Object.fromEntries(
          Object.keys(messages)
            .filter((type) => type.startsWith(`${topic}.`))
            .map((type) => [type, { $ref: `#/components/messages/${type}` }]),
        ),
      },
    ]),
  );
  const operations = Object.fromEntries(topics.map((topic) => [topic, { action: 'receive', channel: { $ref: `#/channels/${topic}` } }]));
  files.push([
    'docs/generated/asyncapi.json',
    json({ asyncapi: '3.0.0', info: { title: '联信事件', version: '1' }, channels, operations, components: { messages } }),
  ]);
  return files;
}
