import { partitionsPerTopic } from '@lianxin/contracts';
import { Partitioners } from 'kafkajs';

const partitioner = Partitioners.DefaultPartitioner();
const partitionMetadata = Array.from({ length: partitionsPerTopic }, (_, partitionId) => ({
  partitionErrorCode: 0,
  partitionId,
  leader: 0,
  replicas: [],
  isr: [],
}));

/** Kafka's own murmur2 placement, for both engines, so that change data capture may replace the relay without moving a key. */
export function partitionOf(topic: string, key: string): number {
  return partitioner({ topic, partitionMetadata, message: { key, value: null } });
}
