# The digest decides; the tag is for the reader. It is what docker-library/repo-info records for this tag
# (repos/node/remote/24.21.0-bookworm-slim.md, an index of several platforms). For a newer one:
# docker buildx imagetools inspect node:24-bookworm-slim
FROM node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force

COPY LICENSE policy.example.yml slack-manifest.yml ./
COPY db ./db
COPY src ./src

# The ledger outlives the container. The policy is mounted at /app/policy.yml, or wherever TSA_POLICY says.
RUN install -d -o node -g node -m 700 data
VOLUME /app/data
USER node

# Socket Mode serves health on TSA_HTTP_PORT, HTTP mode on PORT.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "const { SLACK_APP_TOKEN: socket, TSA_HTTP_PORT: health, PORT: http } = process.env; fetch(`http://127.0.0.1:${socket ? health || 3001 : http}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# Stopping takes up to 11 s while what is in flight is finished: give it --stop-timeout 15.
CMD ["node", "--max-semi-space-size=4", "src/main.ts"]
