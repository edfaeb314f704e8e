# The API and the command line, each as an image without anything that only building needs:
#   docker build --target api -t changeover-api .
#   docker build --target cli -t changeover .
FROM node:24.11.1-bookworm-slim AS build
WORKDIR /build
COPY . .
RUN ["node", "scripts/bootstrap.mjs", "node", "--version"]
RUN ["node", "scripts/bootstrap.mjs", "--no-build", "pnpm", "--filter", "@changeover/api", "deploy", "--legacy", "--prod", "--ignore-scripts", "/out/api"]
RUN ["node", "scripts/bootstrap.mjs", "--no-build", "pnpm", "--filter", "@changeover/cli", "deploy", "--legacy", "--prod", "--ignore-scripts", "/out/cli"]

FROM node:24.11.1-bookworm-slim AS api
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=build --chown=root:root /out/api .
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]

# The config, and the packages it imports, are the project's: mount it at /work.
FROM node:24.11.1-bookworm-slim AS cli
ENV NODE_ENV=production
COPY --from=build --chown=root:root /out/cli /app
WORKDIR /work
USER node
ENTRYPOINT ["node", "/app/bin/changeover.js"]
CMD ["--help"]
