// The bar above GraphiQL: who signs in, into which tenant, and why. Its choices become the headers of every request
// and of every socket.
(() => {
  const TENANTS_MAX = 50;
  const SEARCH_AFTER_MS = 250;
  const TENANTS_QUERY = `query Tenants($search: String) {
    tenants(first: ${TENANTS_MAX}, search: $search) { nodes { id name } }
  }`;
  const OWN_TENANT_QUERY = '{ tenant { name } }';
  const NEEDS_REASON = 'x-tollgate-reason';
  const STAFF_EXAMPLE = `# Choose a tenant in the bar above.
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
  const OWN_EXAMPLE = `#   Ctrl-Enter   run
#   Ctrl-Space   complete

query Customers {
  customers(first: 10) {
    nodes {
      id
      name
    }
  }
}
`;

  const byId = (id) => document.getElementById(id);
  const { state, keep } = tollgateSignIn;
  let mounted = false;
  let who = { name: '', detail: '', isStaff: true };

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

  /** A credential is worth what the gateway says it is worth: ask before showing the editor. */
  async function enter(token) {
    keep({ token: token.trim() });
    const { status, body } = await send('/graphql', { query: TENANTS_QUERY }, headers());
    const isOwn = body.errors?.[0]?.extensions?.code === 'FORBIDDEN' && 'data' in body;
    if (status !== 200 && !isOwn) {
      keep({ token: '' });
      say(body.errors?.[0]?.message ?? 'The token was refused');
      show();
      return;
    }
    say('');
    if (isOwn) await enterOwn();
    else enterStaff(body.data?.tenants?.nodes ?? []);
    show();
    mount();
  }

  function enterStaff(nodes) {
    const { sub = 'token', roles = [] } = claims();
    who = { name: sub, detail: [].concat(roles).join(', '), isStaff: true };
    byId('tg-search').hidden = nodes.length < TENANTS_MAX;
    fillTenants(nodes);
  }

  /** An API key sees its tenant, a portal token one customer of it: there is nothing to choose. */
  async function enterOwn() {
    keep({ tenant: '', reason: '' });
    const { sub } = claims();
    const { body } = await send('/graphql', { query: OWN_TENANT_QUERY }, headers());
    const name = body.data?.tenant?.name ?? 'Own data';
    who = { name, detail: sub === undefined ? 'API key' : `customer ${sub}`, isStaff: false };
  }

  function fillTenants(nodes) {
    const select = byId('tg-tenant');
    const chosen = [...select.options].find((option) => option.value !== '' && option.value === state.tenant);
    const known = nodes.some(({ id }) => id === state.tenant);
    const options = [{ id: '', name: 'No tenant' }, ...nodes].map(({ id, name }) => {
      const option = new Option(id === '' ? name : `${name}  ·  ${id}`, id);
      option.selected = id === state.tenant;
      return option;
    });
    // What was chosen stays chosen, whatever is searched for afterwards.
    if (!known && state.tenant !== '') {
      options.push(chosen ?? new Option(state.tenant, state.tenant, true, true));
    }
    select.replaceChildren(...options);
    select.value = state.tenant;
  }

  async function findTenants(text) {
    const variables = text === '' ? {} : { search: text };
    const { body } = await send('/graphql', { query: TENANTS_QUERY, variables }, headers());
    if (byId('tg-search').value.trim() === text) fillTenants(body.data?.tenants?.nodes ?? []);
  }

  function show() {
    const signedIn = state.token !== '';
    document.body.dataset.signedIn = String(signedIn);
    byId('tg-out').hidden = signedIn;
    byId('tg-in').hidden = !signedIn;
    byId('tg-welcome').hidden = signedIn;
    byId('tg-staff').hidden = !who.isStaff;
    byId('tg-who').textContent = who.name;
    byId('tg-roles').textContent = who.detail;
  }

  /** GraphiQL asks `fetch` by its global name; its requests leave with the headers of the bar. */
  function headFetch() {
    const plain = window.fetch.bind(window);
    window.fetch = async (input, init = {}) => {
      const merged = new Headers(init.headers);
      for (const [name, value] of Object.entries(headers())) merged.set(name, value);
      const response = await plain(input, { ...init, headers: merged });
      void lightUp(response.clone());
      return response;
    };
  }

  /** A change without a reason is rejected: the field that is missing shows itself. */
  async function lightUp(response) {
    const { errors = [] } = await response.json().catch(() => ({}));
    const isMissing = errors.some(({ message = '' }) => message.includes(NEEDS_REASON));
    if (!isMissing || state.reason !== '') return;
    byId('tg-reason').classList.add('missing');
    byId('tg-reason').focus();
  }

  function mount() {
    if (mounted) return;
    mounted = true;
    headFetch();
    YogaGraphiQL.renderYogaGraphiQL(byId('root'), {
      endpoint: '/graphql',
      title: 'Tollgate playground',
      defaultQuery: who.isStaff ? STAFF_EXAMPLE : OWN_EXAMPLE,
      subscriptionsProtocol: 'WS',
      connectionParams: headers,
      shouldPersistHeaders: false,
    });
  }

  byId('tg-email-form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    void signInWithEmail(byId('tg-email').value);
  });
  byId('tg-oidc')?.addEventListener('click', () => {
    tollgateSignIn.toIssuer().catch((error) => say(error.message));
  });
  byId('tg-token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void enter(byId('tg-token').value);
    byId('tg-token').value = '';
  });
  byId('tg-tenant').addEventListener('change', (event) => keep({ tenant: event.target.value }));
  let searching;
  byId('tg-search').addEventListener('input', (event) => {
    clearTimeout(searching);
    searching = setTimeout(() => void findTenants(event.target.value.trim()), SEARCH_AFTER_MS);
  });
  byId('tg-reason').addEventListener('input', (event) => {
    event.target.classList.remove('missing');
    keep({ reason: event.target.value });
  });
  byId('tg-sign-out').addEventListener('click', () => tollgateSignIn.signOut());
  tollgateSignIn.onSignOut(() => {
    tollgateSignIn.forget();
    location.reload();
  });

  async function begin() {
    const token = await tollgateSignIn.fromIssuer().catch((error) => say(error.message));
    if (token) return await enter(token);
    if (state.token === '') Object.assign(state, await tollgateSignIn.fromOtherTabs());
    byId('tg-reason').value = state.reason;
    if (state.token !== '') await enter(state.token);
  }

  show();
  void begin();
})();
