import type { GatewayConfig as ApolloGatewayConfig } from '@apollo/gateway';
import type { Logger } from '@tollgate/runtime/base/log';

export type ApolloLogger = NonNullable<ApolloGatewayConfig['logger']>;

/** Apollo's loggers take a text only. */
export function apolloLogger(logger: Logger): ApolloLogger {
  const at = (level: 'debug' | 'warn' | 'error') => (message?: unknown) => {
    logger[level]({ from: 'apollo' }, String(message));
  };
  return { debug: at('debug'), info: at('debug'), warn: at('warn'), error: at('error') };
}
