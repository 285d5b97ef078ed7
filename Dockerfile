# Node, dist/ and its compile cache, and nothing else: no shell, no package manager. How it is built: docs/kubernetes.md.
ARG BASE=docker.io/library/node:24-slim

FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY scripts scripts
COPY src src
RUN node scripts/build.mjs

# The program at its final path: the compile cache knows its modules by it. The kernel gives the first line's option to
# every command, so that a NODE_OPTIONS of yours does not take it away: a small young generation, docs/performance.md.
RUN mkdir -p /opt/sidewarden \
 && cp -r dist/main.js dist/sidewarden.js dist/chunks /opt/sidewarden/ \
 && echo '{"type":"module"}' > /opt/sidewarden/package.json \
 && sed -i '1s|.*|#!/usr/local/bin/node --max-semi-space-size=1|' /opt/sidewarden/sidewarden.js \
 && chmod 755 /opt/sidewarden/sidewarden.js \
 && install -d -o 65532 -g 65532 /opt/sidewarden/compile-cache
# As the user that runs it, whose number is in the cache's path; with a fixed seed, so that every build writes the same.
USER 65532:65532
ENV NODE_COMPILE_CACHE=/opt/sidewarden/compile-cache
RUN node --max-semi-space-size=1 --predictable --random-seed=1 /opt/sidewarden/sidewarden.js --version \
 && node --max-semi-space-size=1 --predictable --random-seed=1 scripts/import-all.mjs /opt/sidewarden/chunks
USER 0:0

# Everything under one folder, with one time.
ARG SOURCE_DATE_EPOCH=0
RUN mkdir -p /image/usr/local/bin /image/opt /image/etc /image/tmp /image/run/sidewarden \
 && cp /usr/local/bin/node /image/usr/local/bin/node \
 && for library in $(ldd /usr/local/bin/node | grep -o '/[^ ]*'); do cp -L --parents "$library" /image; done \
 && cp -a /opt/sidewarden /image/opt/ && chown -R 0:0 /image/opt && chmod -R a+rX /image/opt \
 && ln -s /opt/sidewarden/sidewarden.js /image/usr/local/bin/sidewarden \
 && echo 'sidewarden:x:65532:65532::/tmp:/sbin/nologin' > /image/etc/passwd \
 && echo 'sidewarden:x:65532:' > /image/etc/group \
 && echo 'hosts: files dns' > /image/etc/nsswitch.conf \
 && chmod 1777 /image/tmp && chown 65532:65532 /image/run/sidewarden \
 && find /image -exec touch -h -d "@${SOURCE_DATE_EPOCH}" {} +

# No authorities: Node brings Mozilla's. Others are mounted as /etc/ssl/certs/ca-certificates.crt: docs/kubernetes.md.
FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Sidewarden" \
      org.opencontainers.image.description="A health and metrics sidecar: probes what your service depends on and tells Kubernetes, Prometheus and people." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /image/ /
# glibc gives free memory back after load (docs/performance.md).
ENV PATH=/usr/local/bin NODE_COMPILE_CACHE=/opt/sidewarden/compile-cache \
    MALLOC_TRIM_THRESHOLD_=65536 MALLOC_MMAP_THRESHOLD_=65536
USER 65532:65532
EXPOSE 9090
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["sidewarden", "healthcheck"]
ENTRYPOINT ["sidewarden"]
