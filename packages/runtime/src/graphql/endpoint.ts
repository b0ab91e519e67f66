/** Says that a subscription is opened again after a break, and since when it may have missed something: milliseconds. */
export const RESUMES_HEADER = 'x-tollgate-resumes';

/** The gateway's view of one subgraph: in process or over HTTP, the same four calls. */
export interface SubgraphEndpoint {
  readonly name: string;
  execute(request: SubgraphRequest): Promise<SubgraphResponse>;
  /**
   * A live operation. Its iterator's `return()` stops the source at once, even while a `next()` is pending. What the
   * subgraph rejects comes as one result without `data`, and then the end; a source that breaks throws, and never just ends.
   */
  subscribe(request: SubgraphRequest): Promise<AsyncIterableIterator<SubgraphResponse>>;
  /** Raw HTTP routes of the subgraph (webhooks): body bytes exactly as received. */
  raw(request: RawRequest): Promise<RawResponse>;
  healthy(): Promise<boolean>;
}

export interface SubgraphRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
  /** Lower-case names. Carries `x-tollgate-identity`, `x-request-id`, `traceparent`. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SubgraphResponse {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors?: readonly SubgraphError[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

export interface SubgraphError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

export interface RawRequest {
  readonly method: string;
  /** Path with query, for example `/webhooks/stripe`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
