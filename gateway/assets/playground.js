// The bar above GraphiQL: who signs in, into which tenant, and why. Its choices become the headers of every request
// and of every socket. The token lives as long as the tab.
(() => {
  const TENANTS_QUERY = '{ tenants(first: 50) { nodes { id name } } }';
  const STORE = 'tollgate.playground';
  const EXAMPLE = `# Choose a tenant in the bar above.
# Changes need a reason, which is audited.
#
#   Ctrl-Enter   run
#   Ctrl-Space   complete

query Tenants {
  tenants(first: 10) {
    nodes {
      id
      name
    }
  }
}
`;

  const byId = (id) => document.getElementById(id);
  const state = { token: '', tenant: '', reason: '', ...stored() };
  let mounted = false;

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

  function headers() {
    return {
      ...(state.token === '' ? {} : { authorization: `Bearer ${state.token}` }),
      ...(state.tenant === '' ? {} : { 'x-tollgate-tenant': state.tenant }),
      ...(state.reason === '' ? {} : { 'x-tollgate-reason': encodeURIComponent(state.reason) }),
    };
  }

  function claims() {
    try {
      const text = atob(state.token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'));
      return JSON.parse(text);
    } catch {
      return {};
    }
  }

  function say(message) {
    byId('tg-error').textContent = message;
  }

  async function send(path, body, extra = {}) {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...extra },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json().catch(() => ({})) };
  }

  async function signInWithEmail(email) {
    const { status, body } = await send('/staff/sign-in', { email });
    if (status === 200) return await enter(body.token);
    say(body.errors?.[0]?.message ?? 'Signing in failed');
  }

  /** A token is worth what the gateway says it is worth: ask before showing the editor. */
  async function enter(token) {
    keep({ token: token.trim() });
    const { status, body } = await send('/graphql', { query: TENANTS_QUERY }, headers());
    if (status === 401 || status === 403) {
      keep({ token: '' });
      say(body.errors?.[0]?.message ?? 'The token was refused');
      show();
      return;
    }
    say('');
    fillTenants(body.data?.tenants?.nodes ?? []);
    show();
    mount();
  }

  function fillTenants(nodes) {
    const select = byId('tg-tenant');
    const options = [{ id: '', name: 'No tenant' }, ...nodes].map(({ id, name }) => {
      const option = new Option(id === '' ? name : `${name}  ·  ${id}`, id);
      option.selected = id === state.tenant;
      return option;
    });
    select.replaceChildren(...options);
    if (select.value !== state.tenant) keep({ tenant: select.value });
  }

  function show() {
    const signedIn = state.token !== '';
    document.body.dataset.signedIn = String(signedIn);
    byId('tg-out').hidden = signedIn;
    byId('tg-in').hidden = !signedIn;
    byId('tg-welcome').hidden = signedIn;
    const { sub = 'token', roles = [] } = claims();
    byId('tg-who').textContent = sub;
    byId('tg-roles').textContent = [].concat(roles).join(', ');
  }

  /** GraphiQL asks `fetch` by its global name; its requests leave with the headers of the bar. */
  function headFetch() {
    const plain = window.fetch.bind(window);
    window.fetch = (input, init = {}) => {
      const merged = new Headers(init.headers);
      for (const [name, value] of Object.entries(headers())) merged.set(name, value);
      return plain(input, { ...init, headers: merged });
    };
  }

  function mount() {
    if (mounted) return;
    mounted = true;
    headFetch();
    YogaGraphiQL.renderYogaGraphiQL(byId('root'), {
      endpoint: '/graphql',
      title: 'Tollgate playground',
      defaultQuery: EXAMPLE,
      subscriptionsProtocol: 'WS',
      connectionParams: headers,
      shouldPersistHeaders: false,
    });
  }

  byId('tg-email-form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    void signInWithEmail(byId('tg-email').value);
  });
  byId('tg-token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void enter(byId('tg-token').value);
    byId('tg-token').value = '';
  });
  byId('tg-tenant').addEventListener('change', (event) => keep({ tenant: event.target.value }));
  byId('tg-reason').addEventListener('input', (event) => keep({ reason: event.target.value }));
  byId('tg-sign-out').addEventListener('click', () => {
    sessionStorage.removeItem(STORE);
    location.reload();
  });

  byId('tg-reason').value = state.reason;
  show();
  if (state.token !== '') void enter(state.token);
})();
