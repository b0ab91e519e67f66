import { z } from 'zod';
import { parseEnvironment, type Environment } from '@tollgate/runtime/base/config';

const SECRET_MIN_CHARS = 32;
const secret = z.string().min(SECRET_MIN_CHARS, `must have at least ${SECRET_MIN_CHARS} characters`);

const schema = z.object({
  /**
   * API keys' secrets are derived from it and from a salt of each. Keys outlive a change of it, but cannot be shown to a
   * repeated call then.
   */
  API_KEY_SECRET: secret,
  /** Signs customers' portal tokens; the gateway verifies with the same. */
  PORTAL_TOKEN_SECRET: secret,
  /** Login that may create schemas and roles. Without it this process creates no tenants. */
  DATABASE_ADMIN_URL: z.string().optional(),
  /** Where VIES is asked about VAT ids; without it they stay unconfirmed. */
  VIES_API_BASE: z.url({ protocol: /^https?$/ }).optional(),
});

export interface TenancyConfig {
  readonly apiKeySecret: string;
  readonly portalTokenSecret: string;
  /** Whether this process may make schemas and roles. */
  readonly canProvision: boolean;
  /** Null: nobody is asked about VAT ids. */
  readonly viesBase: string | null;
}

/** Reads what tenancy needs beyond what all services share; throws `ConfigFaults` with every fault. */
export function readTenancyConfig(environment: Environment): TenancyConfig {
  const env = parseEnvironment(schema, environment);
  return {
    apiKeySecret: env.API_KEY_SECRET,
    portalTokenSecret: env.PORTAL_TOKEN_SECRET,
    canProvision: env.DATABASE_ADMIN_URL !== undefined,
    viesBase: env.VIES_API_BASE?.replace(/\/+$/, '') ?? null,
  };
}

/** This process's environment. */
export const processEnvironment: Environment = process.env;
