FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --bin xushi \
    && install -D target/release/xushi /out/xushi

FROM debian:bookworm-slim
# ca-certificates: TLS to the mail server; poppler-utils: pdftotext, which is started, never linked; tzdata: local times of
# tools run inside.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates poppler-utils tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/xushi --create-home --shell /usr/sbin/nologin xushi \
    && install -d -o xushi -g xushi /var/lib/xushi/outbox
COPY --from=build /out/xushi /usr/local/bin/xushi
COPY LICENSE /usr/share/doc/xushi/LICENSE

USER xushi
WORKDIR /var/lib/xushi
# A SQLite file and letters written as .eml stay here; with PostgreSQL and SMTP nothing does.
VOLUME /var/lib/xushi
# MALLOC_*: one heap for all threads, which gives back what it does not use; left alone, glibc keeps one for each thread.
ENV TZ=Asia/Shanghai \
    MALLOC_ARENA_MAX=1 \
    MALLOC_TRIM_THRESHOLD_=131072 \
    XUSHI_SERVER_LISTEN=0.0.0.0:8080 \
    XUSHI_MAIL_FOLDER=/var/lib/xushi/outbox \
    XUSHI_LOG_FORMAT=json
EXPOSE 8080
STOPSIGNAL SIGTERM
# The slim image has no curl; bash can open the socket itself.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 4 line <&3 && [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["/usr/local/bin/xushi"]
CMD ["serve"]
