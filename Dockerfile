# The server with the web app inside: built in one stage, run as nobody in another that has
# no shell. `docker build -t connvo .`, or `docker compose up` (compose.yaml).

FROM node:20-bookworm-slim AS node

FROM rust:1-bookworm AS build
# Node, for the web app.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
COPY . .
ENV NEXT_TELEMETRY_DISABLED=1
RUN rustup show active-toolchain || rustup toolchain install
RUN make www \
    && cargo build --locked --release -p connvo-server --bin connvo \
    && install -D target/release/connvo /out/connvo \
    && mkdir /out/data

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/connvo /usr/local/bin/connvo
COPY --from=build --chown=nonroot:nonroot /out/data /var/lib/connvo
USER nonroot
ENV CONNVO_LISTEN=0.0.0.0:8080 CONNVO_DATA_DIR=/var/lib/connvo CONNVO_LOG_JSON=true
VOLUME /var/lib/connvo
EXPOSE 8080
STOPSIGNAL SIGTERM
# As long as tables may take to be brought up to date.
HEALTHCHECK --interval=3s --timeout=3s --start-period=11m \
    CMD ["/usr/local/bin/connvo", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/connvo"]
CMD ["serve"]
