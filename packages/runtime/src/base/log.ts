import { pino } from 'pino';

/** Structured logging: one line per command and consumed event. Never secrets, never card data. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

const SECRET_PATHS = [
  'authorization',
  '*.authorization',
  'token',
  '*.token',
  'secret',
  '*.secret',
  'headers',
];

/** JSON lines on stderr-free stdout, or to a file when `file` is set (npm start keeps the terminal readable). */
export function createLogger(options: { level: string; file?: string | undefined; name: string }): Logger {
  const destination = pino.destination({ dest: options.file ?? 1, sync: false, mkdir: true });
  return pino(
    {
      level: options.level,
      base: { service: options.name },
      redact: SECRET_PATHS,
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}

/** For tests and tools that want quiet. */
export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT,
};
