/** The logger that the process hands in: structured fields first, as pino has it. */
export interface GatewayLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const SILENT: GatewayLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

type Level = keyof GatewayLogger;
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error'];

/** One JSON line per entry on a stream; for the gateway as a process of its own. */
export function jsonLogger(least: Level, write: (line: string) => void): GatewayLogger {
  const from = LEVELS.indexOf(least);
  const at = (level: Level) => (fields: object, message: string) => {
    if (LEVELS.indexOf(level) < from) return;
    write(`${JSON.stringify({ level, time: new Date().toISOString(), ...fields, msg: message })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
