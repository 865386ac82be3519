import type { EventData, EventDefinition, LianxinEvent } from '@lianxin/contracts';

/** Whether an event is of this type. */
export function is<Definition extends EventDefinition>(
  event: LianxinEvent,
  definition: Definition,
): event is LianxinEvent<EventData<Definition>> {
  return event.type === definition.type;
}
