import type { Sentry } from '../base/loop.js';
import { Notifier } from '../base/notifier.js';
import type { Database } from './db.js';
import { PerShard } from './per-shard.js';
import { APPLICATION, APPLICATIONS } from './pool.js';

/** What this process commits rings its bells: a look finds what time brings, and what others did. */
const LOOK_MS = 250;
/** For what is urgent, where other processes write as well: nobody rings here for what they commit. */
const LOOK_AMONG_OTHERS_MS = 50;
/** Others who had no connection for so long are gone. */
const OTHERS_STAY_MS = 60_000;

/** When somebody's next work on a shard is due. */
export interface Question {
  /** SQL of one instant, by the system's clock; no row or null = there is no work. May look a second ahead. */
  readonly sql: string;
  /** Null = the answer is of no interest now. */
  params(shard: string): readonly unknown[] | null;
  /** Looked for more often where other processes write. */
  readonly isUrgent?: true;
}

interface Asked extends Question {
  ring(): void;
}

/** Has a shard looked at for work of this kind, on every shard unless some are named, and rings when it is due. */
export function lookFor(db: Database, question: Question, shards: readonly string[] = db.shards): Sentry {
  return {
    watch: (ring) => {
      const asked: Asked = { ...question, ring };
      for (const shard of shards) lookouts.of(db, shard).ask(asked);
      return () => {
        for (const shard of shards) lookouts.of(db, shard).leave(asked);
      };
    },
  };
}

/**
 * Looks at a shard on behalf of all workers of this process: one small statement now and then, whoever and however many
 * rest, in place of each one's own poll.
 */
class Lookout {
  readonly #asked = new Set<Asked>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #othersUntilMs = 0;
  #notifier: Notifier | undefined;

  constructor(
    private readonly db: Database,
    private readonly shard: string,
  ) {}

  /** Other processes write here, too. */
  get isAmongOthers(): boolean {
    return performance.now() < this.#othersUntilMs;
  }

  ask(asked: Asked): void {
    this.#asked.add(asked);
    if (this.#notifier === undefined) void this.#run();
  }

  leave(asked: Asked): void {
    this.#asked.delete(asked);
    if (this.#asked.size > 0) return;
    this.#notifier?.close();
    this.#notifier = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #run(): Promise<void> {
    const notifier = new Notifier('looks');
    this.#notifier = notifier;
    while (this.#notifier === notifier) {
      await notifier.sleep(this.#pauseMs());
      if (this.#notifier === notifier) await this.#look();
    }
  }

  #pauseMs(): number {
    const hurries = this.isAmongOthers && [...this.#asked].some(({ isUrgent }) => isUrgent === true);
    return hurries ? LOOK_AMONG_OTHERS_MS : LOOK_MS;
  }

  async #look(): Promise<void> {
    const questions = [...this.#asked].flatMap((asked) => {
      const params = asked.params(this.shard);
      return params === null ? [] : [{ asked, params }];
    });
    if (questions.length === 0) return;
    try {
      const params = [APPLICATION, ...questions.flatMap((one) => one.params)];
      const [row] = await this.db.read<Found>(this.shard, lookSql(questions), params);
      if (row?.others === true) this.#othersUntilMs = performance.now() + OTHERS_STAY_MS;
      questions.forEach(({ asked }, index) => this.#tell(asked, row?.due[index] ?? null));
    } catch {
      // Whoever works finds out what is wrong, and says so.
      for (const { asked } of questions) asked.ring();
    }
  }

  #tell(asked: Asked, dueInMs: number | null): void {
    if (dueInMs === null) return;
    if (dueInMs > 0) return this.#ringIn(asked, dueInMs);
    asked.ring();
  }

  #ringIn(asked: Asked, ms: number): void {
    if (ms >= LOOK_MS || !this.#asked.has(asked)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      asked.ring();
    }, ms);
    this.#timers.add(timer);
  }
}

interface Found {
  /** Other processes have connections to this database. */
  readonly others: boolean;
  /** Milliseconds until each is due, below zero when it is late. */
  readonly due: readonly (number | null)[];
}

/** $1 name of this process. */
function lookSql(
  questions: readonly { readonly asked: Asked; readonly params: readonly unknown[] }[],
): string {
  let before = 1;
  const due = questions.map(({ asked, params }) => {
    const offset = before;
    before += params.length;
    const sql = asked.sql.replace(/\$(\d+)/g, (_, place: string) => `$${Number(place) + offset}`);
    return `(extract(epoch FROM (${sql}) - clock_timestamp()) * 1000)::float8`;
  });
  return `SELECT ${OTHERS_SQL} AS others, ARRAY[${due.join(',\n')}] AS due`;
}

const OTHERS_SQL = `EXISTS (SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE '${APPLICATIONS}%' AND application_name <> $1)`;

/** The one lookout of this process over a shard. */
const lookouts = new PerShard((db, shard) => new Lookout(db, shard));

/** Whether everything that happens rings a bell of this process, as far as it has seen. */
export function isAlone(db: Database): boolean {
  return lookouts.allOf(db).every(({ isAmongOthers }) => !isAmongOthers);
}
