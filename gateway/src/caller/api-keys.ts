import { hash } from 'node:crypto';
import { IDENTITY_HEADER, type Identity } from '@tollgate/runtime/base/identity';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import { rejection } from '../base/errors.js';

/** Whose a key is. */
export interface KeyOwner {
  readonly tenant: string;
  readonly keyId: string;
}

/** Keys that are looked up together; tenancy takes no more. */
const TOGETHER_MAX = 200;
const AT_ONCE_MAX = 2;
/** Keys that wait for their turn; beyond it callers are told to come back. */
const WAITING_MAX = 10_000;
/** A look-up that takes longer has failed: who asks has better things to do than to wait. */
const LOOK_UP_MAX_MS = 3_000;

const SYSTEM: Identity = { kind: 'system', actor: 'gateway' };
const IDENTIFY = 'query($hashes:[String!]!){identifyApiKeys(hashes:$hashes){tenant keyId}}';

interface Waiting {
  readonly keyHash: string;
  resolve(owner: KeyOwner | null): void;
  reject(error: Error): void;
}

/**
 * Looks keys up at tenancy, many at once: a flood of unknown ones costs a few requests, so nobody has to be locked out for
 * it.
 */
export class ApiKeys {
  readonly #tenancy: SubgraphEndpoint;
  readonly #sign: (identity: Identity) => string;
  readonly #waiting: Waiting[] = [];
  #running = 0;

  constructor(tenancy: SubgraphEndpoint, sign: (identity: Identity) => string) {
    this.#tenancy = tenancy;
    this.#sign = sign;
  }

  /** The owner of a key, null where there is none. Throws SUBGRAPH_UNAVAILABLE, and RATE_LIMITED where too many wait. */
  ownerOf(key: string): Promise<KeyOwner | null> {
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(rejection('RATE_LIMITED', 'Too many new credentials at once; wait a second'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ keyHash: hash('sha256', key, 'hex'), resolve, reject });
      // Those that come in this very moment go together.
      setImmediate(() => void this.#lookUp());
    });
  }

  async #lookUp(): Promise<void> {
    if (this.#running >= AT_ONCE_MAX || this.#waiting.length === 0) return;
    const asked = this.#waiting.splice(0, TOGETHER_MAX);
    this.#running += 1;
    try {
      const owners = await this.#ownersOf(asked.map(({ keyHash }) => keyHash));
      asked.forEach(({ resolve }, index) => resolve(owners[index] ?? null));
    } catch {
      for (const { reject } of asked) reject(unavailable());
    } finally {
      this.#running -= 1;
      void this.#lookUp();
    }
  }

  async #ownersOf(hashes: readonly string[]): Promise<readonly (KeyOwner | null)[]> {
    const headers = { [IDENTITY_HEADER]: this.#sign(SYSTEM) };
    const asked = this.#tenancy.execute({ query: IDENTIFY, variables: { hashes }, headers });
    const { data, errors = [] } = await within(LOOK_UP_MAX_MS, asked);
    if (errors.length > 0) throw unavailable();
    return data?.['identifyApiKeys'] as readonly (KeyOwner | null)[];
  }
}

/** What says that a credential could not be checked, which is not its fault. */
export function unavailable(): Error {
  return rejection('SUBGRAPH_UNAVAILABLE', 'Credentials cannot be checked at the moment');
}

/** An answer, or SUBGRAPH_UNAVAILABLE where it takes too long. */
export async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable()), ms);
  });
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
