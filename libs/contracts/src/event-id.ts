/**
 * When an event was recorded, from its id alone: the first 48 bits of a UUIDv7 are the milliseconds since 1970.
 * @returns undefined when the id is none (events of other makers may have other ids).
 */
export function recordedAtOf(eventId: string): Date | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(eventId);
  return match === null ? undefined : new Date(Number.parseInt(`${match[1]}${match[2]}`, 16));
}
