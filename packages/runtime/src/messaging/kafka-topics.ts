import kafkajs, { type Admin } from 'kafkajs';
import { TOPICS } from '@tollgate/contracts/topics';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';

/** Node finds only some of this CommonJS module's names. */
const { ConfigResourceTypes } = kafkajs;

/** Larger than the largest message that `publish` lets pass. */
const TOPIC_MESSAGE_MAX_BYTES = 16 * 1024 * 1024;
/** A consumer may stand still for so long; less than inboxes remember. */
const TOPIC_KEEP_MS = 12 * 24 * 60 * 60 * 1_000;
const MESSAGE_MAX = 'max.message.bytes';
/** Set for this topic, and not for the broker or by default. */
const SET_FOR_TOPIC = 1;

/** A topic has another number of partitions than the contract names. */
export class TopicMismatch extends Error {
  override readonly name = 'TopicMismatch';
  constructor(topic: string, wanted: number, found: number) {
    super(`topic ${topic} has ${found} partitions, the contract names ${wanted}`);
  }
}

/**
 * Creates missing topics, and lets those that were made beforehand take our largest messages. Throws `TopicMismatch` where
 * one has another partition count, for that would reorder keys.
 */
export async function ensureTopics(admin: Admin, replication: number, log: Logger): Promise<void> {
  const wanted = Object.values(TOPICS);
  const existing = new Set(await admin.listTopics());
  const missing = wanted.filter((topic) => !existing.has(topic.name));
  if (missing.length > 0) {
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic: topic.name,
        numPartitions: topic.partitions,
        replicationFactor: replication,
        configEntries: [
          { name: MESSAGE_MAX, value: String(TOPIC_MESSAGE_MAX_BYTES) },
          { name: 'retention.ms', value: String(TOPIC_KEEP_MS) },
        ],
      })),
    });
  }
  const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map((topic) => topic.name) });
  for (const topic of wanted) {
    const found = topics.find((one) => one.name === topic.name)?.partitions.length ?? 0;
    if (found !== topic.partitions) throw new TopicMismatch(topic.name, topic.partitions, found);
  }
  const before = wanted.map((topic) => topic.name).filter((name) => existing.has(name));
  await widen(admin, before).catch((error: unknown) => {
    log.error(
      { error: messageOf(error) },
      `topics could not be given ${MESSAGE_MAX}: large messages will wait`,
    );
  });
}

/** Raises the bound of those that take too little; what else is set for them stays. */
async function widen(admin: Admin, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  const narrow = resources.filter(({ configEntries }) => {
    const bound = configEntries.find(({ configName }) => configName === MESSAGE_MAX);
    return Number(bound?.configValue ?? 0) < TOPIC_MESSAGE_MAX_BYTES;
  });
  if (narrow.length === 0) return;
  await admin.alterConfigs({
    validateOnly: false,
    resources: narrow.map(({ resourceName, configEntries }) => ({
      type: ConfigResourceTypes.TOPIC,
      name: resourceName,
      configEntries: [
        ...configEntries
          .filter((one) => Number(one.configSource) === SET_FOR_TOPIC && one.configName !== MESSAGE_MAX)
          .map((one) => ({ name: one.configName, value: one.configValue })),
        { name: MESSAGE_MAX, value: String(TOPIC_MESSAGE_MAX_BYTES) },
      ],
    })),
  });
}
