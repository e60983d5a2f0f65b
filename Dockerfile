# One image for every process of the product; the command says which one it is.
FROM node:20.19.5-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY patches ./patches
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:20.19.5-bookworm-slim
# The commit, which deploy/release.sh gives; every process names it in its first line of log.
ARG BUILD_ID=dev
ENV NODE_ENV=production HOST=0.0.0.0 CODEC_HOST=0.0.0.0 BUILD_VERSION=$BUILD_ID
WORKDIR /app
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/dist ./dist
COPY --from=build --chown=node:node /app/drizzle/migrations ./drizzle/migrations
COPY --from=build --chown=node:node /app/legal ./legal
USER node
CMD ["node", "dist/src/main/server.js"]
