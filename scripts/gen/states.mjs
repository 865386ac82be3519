import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** State tables of the rules, by the file that holds them. */
const machines = [
  { file: 'services/list-matching/dist/list-entry.rules.js', name: 'list-entry', title: 'List entry (domain §2.3–2.4)' },
  { file: 'services/execution-feedback/dist/task.rules.js', name: 'task', title: 'Task (domain §4.3)' },
];

/** `transitions` is Record<State, Record<Action, target>>; a target is a state, or `{ to }` with a state or with states by type of list. */
function edgesOf(transitions) {
  return Object.entries(transitions).flatMap(([from, actions]) =>
    Object.entries(actions).flatMap(([action, target]) => {
      const next = typeof target === 'string' ? target : target.to;
      const to = typeof next === 'string' ? [next] : Object.values(next);
      return [...new Set(to)].map((state) => `  ${from === 'NONE' ? '[*]' : from} --> ${state}: ${action}`);
    }),
  );
}

export async function stateFiles(root) {
  const files = [];
  for (const machine of machines) {
    const path = join(root, machine.file);
    if (!existsSync(path)) throw new Error(`${machine.file} is missing: build first`);
    const { transitions } = await import(path);
    files.push([
      `docs/generated/states-${machine.name}.md`,
      `# ${machine.title}\n\nGenerated from the \`transitions\` table of its rules.\n\n\`\`\`mermaid\nstateDiagram-v2\n${edgesOf(transitions).join('\n')}\n\`\`\`\n`,
    ]);
  }
  return files;
}
