// ESLint rules of this house: what the style says and no package knows.

const STORE_PATTERN = /(^|\/)store(\.js|\/)/;

/** Resolvers translate; what they need of rows, a handler gives them. */
const noStoreInResolvers = {
  meta: { type: 'problem', schema: [], messages: { store: 'resolvers call handlers, never the store.' } },
  create: (context) => ({
    ImportDeclaration: (node) => {
      if (STORE_PATTERN.test(node.source.value)) context.report({ node, messageId: 'store' });
    },
  }),
};

/** SQL and Prisma stand in store.ts (and in copies/, the stores of other contexts' facts). */
const noQueryOutsideStore = {
  meta: { type: 'problem', schema: [], messages: { query: 'SQL and Prisma stand in store.ts or copies/.' } },
  create: (context) => ({
    'CallExpression > MemberExpression.callee[property.name="query"]': (node) =>
      context.report({ node, messageId: 'query' }),
    'MemberExpression[property.name="prisma"]': (node) => context.report({ node, messageId: 'query' }),
  }),
};

export default {
  rules: { 'no-store-in-resolvers': noStoreInResolvers, 'no-query-outside-store': noQueryOutsideStore },
};
