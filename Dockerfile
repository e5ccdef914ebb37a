FROM node:24-slim
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
