import { SMTPServer } from 'smtp-server';

/** A mail that somebody handed over. */
export interface CaughtMail {
  readonly at: string;
  readonly from: string;
  readonly to: readonly string[];
  /** As it came: headers, an empty line, the body. */
  readonly raw: string;
}

export interface MailSink {
  readonly url: string;
  /** The newest last; of one message id only what came first, as mail boxes do. */
  mails(): readonly CaughtMail[];
  /** Every hand-over, however often a message came. */
  handOvers(): number;
  stop(): Promise<void>;
}

export interface MailSinkOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
}

/** More mails are not remembered. */
const MAILS_MAX = 1_000;
const CLOSE_TIMEOUT_MS = 200;
const SIZE_MAX_BYTES = 5_000_000;
const MESSAGE_ID = /^message-id:\s*(\S+)/im;

/**
 * An SMTP server that keeps what it is given and sends nothing on. Who is written to says what happens: `bounce@…` does not
 * exist, `later@…` cannot be taken now, and of the first mail to `lost@…` the answer is lost after it was taken.
 */
export async function startMailSink({ port, host = '127.0.0.1' }: MailSinkOptions): Promise<MailSink> {
  const mails = new Map<string, CaughtMail>();
  let handOvers = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    size: SIZE_MAX_BYTES,
    closeTimeout: CLOSE_TIMEOUT_MS,
    onRcptTo: ({ address }, _session, done) => {
      const rejection = rejectionOf(address);
      done(rejection);
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        handOvers += 1;
        const { mailFrom, rcptTo } = session.envelope;
        const to = rcptTo.map(({ address }) => address);
        const raw = Buffer.concat(chunks).toString('utf8');
        const id = MESSAGE_ID.exec(raw)?.[1] ?? `nameless ${handOvers}`;
        const isFirst = !mails.has(id);
        if (isFirst) {
          const from = mailFrom === false ? '' : mailFrom.address;
          mails.set(id, { at: new Date().toISOString(), from, to, raw });
        }
        for (const oldest of mails.keys()) {
          if (mails.size <= MAILS_MAX) break;
          mails.delete(oldest);
        }
        done(isFirst && to.some((one) => one.startsWith('lost@')) ? failure(421, 'Lost.') : null);
      });
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(port, host);
  await new Promise<void>((resolve, reject) => {
    listening.once('listening', resolve);
    listening.once('error', reject);
  });
  const address = listening.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `smtp://${host}:${taken}`,
    mails: () => [...mails.values()],
    handOvers: () => handOvers,
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

function rejectionOf(address: string): Error | null {
  if (address.startsWith('bounce@')) return failure(550, '5.1.1 There is no such mail box.');
  return address.startsWith('later@') ? failure(451, '4.3.2 Not now.') : null;
}

function failure(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
