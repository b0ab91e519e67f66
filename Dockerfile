# One image for every service; the command says which:
#   node gateway/dist/main.js              the gateway
#   node subgraphs/<name>/dist/main.js     a subgraph (ROLE=api, worker or both)
#   node scripts/migrate.mjs               migrations, once before each release
ARG NODE_IMAGE=node:20-bookworm-slim

# Everything, compiled. Also the image of the development tools.
FROM ${NODE_IMAGE} AS build
WORKDIR /tollgate
COPY . .
RUN --mount=type=cache,target=/root/.npm node scripts/setup.mjs

# The packages that services need at run time, and no others.
FROM ${NODE_IMAGE} AS packages
WORKDIR /tollgate
COPY package.json package-lock.json .npmrc ./
COPY packages/kernel/package.json packages/kernel/
COPY packages/contracts/package.json packages/contracts/
COPY packages/runtime/package.json packages/runtime/
COPY prisma/package.json prisma/
COPY gateway/package.json gateway/
COPY subgraphs/tenancy/package.json subgraphs/tenancy/
COPY subgraphs/plans/package.json subgraphs/plans/
COPY subgraphs/usage/package.json subgraphs/usage/
COPY subgraphs/invoices/package.json subgraphs/invoices/
COPY subgraphs/payments/package.json subgraphs/payments/
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev

# What runs in production: no sandbox, no demo, no tests, no embedded database.
FROM ${NODE_IMAGE} AS production
ENV NODE_ENV=production
WORKDIR /tollgate
COPY --from=packages /tollgate ./
COPY --from=build /tollgate/packages/kernel/dist packages/kernel/dist
COPY --from=build /tollgate/packages/contracts/dist packages/contracts/dist
COPY packages/contracts/graphql packages/contracts/graphql
COPY --from=build /tollgate/packages/runtime/dist packages/runtime/dist
COPY --from=build /tollgate/prisma/dist prisma/dist
COPY prisma/control/migrations prisma/control/migrations
COPY prisma/shard/migrations prisma/shard/migrations
COPY prisma/tenant/migrations prisma/tenant/migrations
COPY --from=build /tollgate/gateway/dist gateway/dist
COPY gateway/assets gateway/assets
COPY --from=build /tollgate/subgraphs/tenancy/dist subgraphs/tenancy/dist
COPY --from=build /tollgate/subgraphs/plans/dist subgraphs/plans/dist
COPY --from=build /tollgate/subgraphs/usage/dist subgraphs/usage/dist
COPY --from=build /tollgate/subgraphs/invoices/dist subgraphs/invoices/dist
COPY --from=build /tollgate/subgraphs/payments/dist subgraphs/payments/dist
COPY subgraphs/tenancy/schema subgraphs/tenancy/schema
COPY subgraphs/plans/schema subgraphs/plans/schema
COPY subgraphs/usage/schema subgraphs/usage/schema
COPY subgraphs/invoices/schema subgraphs/invoices/schema
COPY subgraphs/payments/schema subgraphs/payments/schema
COPY supergraph.graphql LICENSE NOTICE ./
COPY scripts/migrate.mjs scripts/dead-letters.mjs scripts/
USER node
# As in apps/all-in-one/src/node-flags.ts.
ENV NODE_OPTIONS=--max-semi-space-size=64
CMD ["node", "gateway/dist/main.js"]
