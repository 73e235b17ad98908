# syntax=docker/dockerfile:1
# Both bases are pinned by digest; --build-arg puts others in their place.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f

FROM ${NODE_IMAGE} AS build
# npm takes the name of the folder for that of the product in the bill of materials.
WORKDIR /trusted-access-operator
COPY package.json package-lock.json ./
# The build needs nothing that a package would do on installation, so none may run anything.
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY tsconfig.json ./
COPY bin bin
COPY src src
COPY sandbox sandbox
COPY scripts/build.ts scripts/lean.ts scripts/sbom.ts scripts/
RUN node scripts/build.ts
RUN mkdir -p image/app/bin image/nodejs/bin && cp bin/trusted-access.mjs image/app/bin/ && cp -R dist package.json image/app/ && cp "$(command -v node)" image/nodejs/bin/node
# The bundle hides its packages from scanners; this names them.
RUN npm sbom --package-lock-only --sbom-type=application --sbom-format=cyclonedx > sbom.json && node scripts/sbom.ts < sbom.json > image/app/sbom.cdx.json
# `kubectl exec … -- trusted-access doctor`: there is no shell and no env to find the interpreter.
RUN sed -i '1s|.*|#!/nodejs/bin/node|' image/app/bin/trusted-access.mjs && chmod 755 image/app/bin/trusted-access.mjs && mkdir -p image/usr/local/bin && ln -s /app/bin/trusted-access.mjs image/usr/local/bin/trusted-access
RUN mkdir image/app/.cache && chown 65532:65532 image/app/.cache
# A drill in the sandbox shows that the tree works, and leaves V8's compiled code behind for a start without compiling. It is
# kept by user, so it is made by the one that will run. The second run knows no cluster and ends at once with an error.
USER 65532:65532
ENV NODE_COMPILE_CACHE=/trusted-access-operator/image/app/.cache \
    NODE_COMPILE_CACHE_PORTABLE=1
RUN image/nodejs/bin/node image/app/bin/trusted-access.mjs sandbox --drills disable --exit && ! KUBECONFIG=/none image/nodejs/bin/node image/app/bin/trusted-access.mjs run
USER 0:0
RUN chmod -R a+rX,a-w image

FROM ${RUNTIME_IMAGE}
ARG NODE_IMAGE
ARG RUNTIME_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="trusted-access-operator" \
      org.opencontainers.image.description="Keeps AWS Organizations trusted access and delegated administrators as declared" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.base.name="${RUNTIME_IMAGE}" \
      dev.trustedaccess.build.base="${NODE_IMAGE}" \
      dev.trustedaccess.sbom="/app/sbom.cdx.json"
COPY --from=build --chown=0:0 /trusted-access-operator/image/ /
ENV HOME=/home/nonroot \
    NODE_ENV=production \
    NODE_OPTIONS=--enable-source-maps \
    NODE_COMPILE_CACHE=/app/.cache \
    NODE_COMPILE_CACHE_PORTABLE=1
USER 65532:65532
WORKDIR /app
EXPOSE 8080 8081
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/trusted-access.mjs"]
CMD ["run"]
