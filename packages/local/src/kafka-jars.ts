import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './program.js';

const KAFKA_VERSION = '4.1.1';
const SLF4J_VERSION = '1.7.36';
const JAVA_MAJOR_MIN = 17;
const DOWNLOAD_MS = 300_000;
const execute = promisify(execFile);

/** The broker's jars, or why there are none. */
export type KafkaJars =
  | { readonly ok: true; readonly lib: string; readonly java: string }
  | { readonly ok: false; readonly reason: string };

/** Finds Java and the broker's jars in the cache; downloads them with Maven when they are not there yet. */
export const kafkaJars = async (cacheDir: string): Promise<KafkaJars> => {
  const java = await findProgram('java');
  const major = java === null ? 0 : await javaMajor(java);
  if (java === null || major < JAVA_MAJOR_MIN)
    return { ok: false, reason: `Java ${JAVA_MAJOR_MIN} or later is not on the PATH` };
  const lib = join(cacheDir, 'kafka', KAFKA_VERSION);
  if (await hasBroker(lib)) return { ok: true, lib, java };
  const maven = await findProgram('mvn');
  if (maven === null)
    return { ok: false, reason: 'Maven (mvn), which fetches the Kafka broker, is not on the PATH' };
  return download(maven, lib).then(
    () => ({ ok: true, lib, java }),
    (error: Error) => ({ ok: false, reason: `Maven could not fetch the Kafka broker: ${error.message}` }),
  );
};

const hasBroker = async (lib: string): Promise<boolean> =>
  (await readdir(lib).catch(() => [])).some((name) => name.startsWith('kafka_2.13-'));

/** Downloads beside the place and renames: several who download at once end with one complete folder. */
const download = async (maven: string, lib: string): Promise<void> => {
  await mkdir(join(lib, '..'), { recursive: true });
  const draft = await mkdtemp(`${lib}.`);
  try {
    await writeFile(join(draft, 'pom.xml'), POM);
    const args = ['-q', '-B', '-f', join(draft, 'pom.xml'), 'dependency:copy-dependencies'];
    await execute(maven, [...args, `-DoutputDirectory=${join(draft, 'lib')}`], { timeout: DOWNLOAD_MS });
    await rename(join(draft, 'lib'), lib).catch(async (error: Error) => {
      if (!(await hasBroker(lib))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};

const javaMajor = async (java: string): Promise<number> => {
  const { stderr, stdout } = await execute(java, ['-version']).catch(() => ({ stderr: '', stdout: '' }));
  return Number(/version "(\d+)/.exec(stderr + stdout)?.[1] ?? 0);
};

const dependency = (group: string, artifact: string, version: string): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;

const POM = `<project><modelVersion>4.0.0</modelVersion>
<groupId>tollgate</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies>${dependency('org.apache.kafka', 'kafka_2.13', KAFKA_VERSION)}
${dependency('org.slf4j', 'slf4j-simple', SLF4J_VERSION)}</dependencies></project>
`;
