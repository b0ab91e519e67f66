// Who is signed in, for every tab of this browser: held in memory and in the tab, asked of the other tabs, never on disk.
const tollgateSignIn = (() => {
  const STORE = 'tollgate.playground';
  const VERIFIER = 'tollgate.playground.verifier';
  const OTHER_TABS_MS = 300;
  const channel = new BroadcastChannel(STORE);
  const state = { token: '', tenant: '', reason: '', ...stored() };
  let onSignOut = () => undefined;

  function stored() {
    try {
      return JSON.parse(sessionStorage.getItem(STORE) ?? '{}');
    } catch {
      return {};
    }
  }

  function keep(changes) {
    Object.assign(state, changes);
    sessionStorage.setItem(STORE, JSON.stringify(state));
  }

  channel.addEventListener('message', ({ data }) => {
    if (data.kind === 'who' && state.token !== '') channel.postMessage({ kind: 'me', state });
    if (data.kind === 'out') onSignOut();
  });

  /** What another tab knows, so that a second tab is signed in as the first one is. */
  function fromOtherTabs() {
    return new Promise((resolve) => {
      const done = (found) => {
        channel.removeEventListener('message', listen);
        resolve(found);
      };
      const listen = ({ data }) => data.kind === 'me' && done(data.state);
      channel.addEventListener('message', listen);
      channel.postMessage({ kind: 'who' });
      setTimeout(() => done(null), OTHER_TABS_MS);
    });
  }

  const encoded = (bytes) =>
    btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  const random = () => encoded(crypto.getRandomValues(new Uint8Array(32)));
  const redirectUri = () => `${location.origin}/playground`;

  /** Off to the issuer: authorisation code with PKCE, so that the code is worth nothing to anybody else. */
  async function toIssuer() {
    const response = await fetch('/staff/oidc');
    const { authorizationUrl, clientId, message = 'The issuer cannot be reached' } = await response.json();
    if (!response.ok) throw new Error(message);
    const [verifier, oidcState] = [random(), random()];
    sessionStorage.setItem(VERIFIER, JSON.stringify({ verifier, oidcState }));
    const hashed = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    const url = new URL(authorizationUrl);
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri(),
      scope: 'openid profile email',
      state: oidcState,
      code_challenge: encoded(new Uint8Array(hashed)),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    location.assign(url);
  }

  /** Back from the issuer: the token for the code, '' where this is no way back. Throws the issuer's words. */
  async function fromIssuer() {
    const parameters = new URLSearchParams(location.search);
    if (!parameters.has('state')) return '';
    history.replaceState(null, '', '/playground');
    const { verifier, oidcState } = JSON.parse(sessionStorage.getItem(VERIFIER) ?? '{}');
    sessionStorage.removeItem(VERIFIER);
    if (parameters.get('state') !== oidcState) throw new Error('That sign-in was not begun here');
    const code = parameters.get('code');
    if (code === null) throw new Error(parameters.get('error_description') ?? 'The issuer refused');
    const response = await fetch('/staff/oidc', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, verifier, redirectUri: redirectUri() }),
    });
    const body = await response.json();
    if (!response.ok) throw new Error(body.errors?.[0]?.message ?? 'The issuer refused');
    return body.token;
  }

  return {
    state,
    keep,
    fromOtherTabs,
    toIssuer,
    fromIssuer,
    forget: () => sessionStorage.removeItem(STORE),
    signOut: () => {
      channel.postMessage({ kind: 'out' });
      onSignOut();
    },
    onSignOut: (listener) => {
      onSignOut = listener;
    },
  };
})();
