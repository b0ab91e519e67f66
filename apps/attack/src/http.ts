/** An HTTP answer as it came, and how long it took. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: GraphqlBody;
  readonly ms: number;
}

/** What a GraphQL endpoint answers; empty where the text is no JSON object. */
export interface GraphqlBody {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphqlFailure[];
}

interface GraphqlFailure {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** What is sent: a text goes as it is, anything else as JSON. */
export interface Sent {
  readonly token?: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until it is given up; 30,000 unless said. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 30_000;

/** One POST, tried once; throws where the system does not answer. */
export async function post(url: string, { token, body, headers, patienceMs }: Sent): Promise<Answer> {
  const startedAt = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(patienceMs ?? PATIENCE_MS),
  });
  const text = await response.text();
  const ms = performance.now() - startedAt;
  return { status: response.status, headers: response.headers, text, body: bodyOf(text), ms };
}

/** The codes of the errors of an answer. */
export const codesOf = ({ body }: Answer): string[] =>
  (body.errors ?? []).map(({ extensions }) => extensions?.code ?? '');

function bodyOf(text: string): GraphqlBody {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
