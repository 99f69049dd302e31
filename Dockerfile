# Two stages: build in one, run as an ordinary user in the other.
#
#   docker build -t http-benchmark .
#   docker run --rm -v results:/results http-benchmark                      # the quickstart scenario
#   docker run --rm -v "$PWD:/scenarios" -v results:/results http-benchmark run /scenarios/benchmark.yaml
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      gcc libc6-dev cmake ninja-build pkg-config python3 python3-venv \
      libyaml-dev libcurl4-openssl-dev libsqlite3-dev libcsv-dev libmicrohttpd-dev libjansson-dev zlib1g-dev libxxhash-dev libssl-dev \
    && rm -rf /var/lib/apt/lists/*
COPY . /source
RUN cmake -S /source -B /build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DHB_BUILD_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr/local \
    && cmake --build /build && cmake --install /build --strip
# One environment a client, where the program looks for it. Clients that cannot be had (no registry, no Node, no Go) are left
# out; 'list clients' in the image says which, and why.
ENV HTTP_BENCHMARK_ENV_DIR=/opt/http-benchmark/env
RUN mkdir -p "$HTTP_BENCHMARK_ENV_DIR" \
    && { http-benchmark install --only clients || echo "WARNING: this image lacks the clients named above" >&2; }

FROM ${BASE}
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates python3 libyaml-0-2 libcurl4 libsqlite3-0 libcsv3 libmicrohttpd12 libjansson4 zlib1g libxxhash0 libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 benchmark \
    && mkdir /results && chown benchmark /results
COPY --from=build /usr/local /usr/local
COPY --from=build /opt/http-benchmark /opt/http-benchmark
ENV HTTP_BENCHMARK_ENV_DIR=/opt/http-benchmark/env
USER benchmark
WORKDIR /results
VOLUME /results
STOPSIGNAL SIGINT
ENTRYPOINT ["http-benchmark"]
CMD ["run", "/usr/local/share/http-benchmark/scenarios/quickstart.yaml", "--db", "/results/benchmark_results.db", "--out", "/results/reports"]
