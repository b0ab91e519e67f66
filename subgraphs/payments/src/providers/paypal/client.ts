import {
  Client,
  Environment,
  OrdersController,
  PaymentsController,
  type OAuthToken,
} from '@paypal/paypal-server-sdk';
import axios from 'axios';
import type { AxiosRequestConfig, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { ProviderMode } from '../domain/provider.js';
import { PROVIDER_TIMEOUT_MS, type PaypalSettings } from '../settings.js';

/** PayPal's SDK, and the one call that we need and it lacks. */
export interface PaypalClient {
  readonly mode: ProviderMode;
  readonly orders: OrdersController;
  readonly payments: PaymentsController;
  /** Sends JSON as it stands, to an endpoint the SDK does not know. Any status resolves; the body is its JSON. */
  postRaw(path: string, json: string): Promise<{ readonly status: number; readonly body: unknown }>;
  /** The JSON at a path of the API. Any status resolves. */
  getJson(path: string): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Where PayPal's certificates lie. */
  readonly certificateOrigins: readonly string[];
  /** The text at an address, which is asked for without credentials; null where nothing is. */
  getText(url: string): Promise<string | null>;
}

const CERTIFICATE_MAX_BYTES = 64_000;
const ANSWER_MAX_BYTES = 5_000_000;

const ORIGINS = {
  production: 'https://api-m.paypal.com',
  sandbox: 'https://api-m.sandbox.paypal.com',
} as const;

/** PayPal's certificates lie at its API, also under its older name; anybody else's at their own. */
const CERTIFICATE_ORIGINS: ReadonlyMap<string, readonly string[]> = new Map([
  [ORIGINS.production, [ORIGINS.production, 'https://api.paypal.com']],
  [ORIGINS.sandbox, [ORIGINS.sandbox, 'https://api.sandbox.paypal.com']],
]);

/** PayPal's SDK, pointed at where the settings say. */
export function createPaypalClient(settings: PaypalSettings): PaypalClient {
  const timeout = settings.timeoutMs ?? PROVIDER_TIMEOUT_MS;
  const environment = settings.environment ?? 'production';
  const client = new Client({
    environment: environment === 'production' ? Environment.Production : Environment.Sandbox,
    timeout,
    clientCredentialsAuthCredentials: {
      oAuthClientId: settings.clientId,
      oAuthClientSecret: settings.clientSecret,
    },
    // We retry ourselves, with the same keys.
    httpClientOptions: { timeout, retryConfig: { maxNumberOfRetries: 0 } },
    unstable_httpClientOptions: {
      maxRedirects: 0,
      maxContentLength: ANSWER_MAX_BYTES,
      ...(settings.apiBase === undefined ? {} : elsewhere(ORIGINS[environment], settings.apiBase)),
    },
  });
  const origin = settings.apiBase?.replace(/\/$/, '') ?? ORIGINS[environment];
  return {
    mode: origin === ORIGINS.production ? 'live' : 'test',
    orders: new OrdersController(client),
    payments: new PaymentsController(client),
    certificateOrigins: CERTIFICATE_ORIGINS.get(origin) ?? [origin],
    getText: (url) => getText(url, settings),
    ...rawCalls(client, { ...settings, apiBase: origin, isElsewhere: settings.apiBase !== undefined }),
  };
}

/** Calls that the SDK does not know, with its credentials. */
function rawCalls(
  client: Client,
  { apiBase, timeoutMs, isElsewhere }: PaypalSettings & { readonly isElsewhere: boolean },
): Pick<PaypalClient, 'postRaw' | 'getJson'> {
  let token: OAuthToken | undefined;
  const send = async (config: AxiosRequestConfig) => {
    token = await client.clientCredentialsAuthManager.updateToken(token);
    const { status, data } = await axios.request<unknown>({
      timeout: timeoutMs ?? PROVIDER_TIMEOUT_MS,
      maxRedirects: 0,
      maxContentLength: ANSWER_MAX_BYTES,
      validateStatus: () => true,
      ...config,
      url: `${apiBase}${config.url}`,
      headers: { ...config.headers, authorization: `Bearer ${token?.accessToken}` },
      ...(isElsewhere ? { proxy: false as const } : {}),
    });
    return { status, body: data };
  };
  return {
    getJson: (url) => send({ method: 'GET', url }),
    postRaw: (url, data) =>
      send({
        method: 'POST',
        url,
        data,
        headers: { 'content-type': 'application/json' },
        // The bytes are signed: they leave as they came.
        transformRequest: [(bytes: unknown) => bytes],
      }),
  };
}

async function getText(url: string, { timeoutMs, apiBase }: PaypalSettings): Promise<string | null> {
  const { status, data } = await axios.get<string>(url, {
    timeout: timeoutMs ?? PROVIDER_TIMEOUT_MS,
    maxRedirects: 0,
    maxContentLength: CERTIFICATE_MAX_BYTES,
    responseType: 'text',
    validateStatus: (code) => code === 200 || code === 404,
    ...(apiBase === undefined ? {} : { proxy: false as const }),
  });
  return status === 200 ? data : null;
}

/** The SDK has no setting for its base URL: an axios adapter swaps the origin of every request, OAuth included. */
function elsewhere(origin: string, apiBase: string): object {
  const http = axios.getAdapter('http');
  return {
    proxy: false,
    adapter: (config: InternalAxiosRequestConfig): Promise<AxiosResponse> =>
      http({ ...config, url: config.url?.replace(origin, apiBase.replace(/\/$/, '')) ?? apiBase }),
  };
}
