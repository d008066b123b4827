# Easel as a container: docs/how-to/deploy.md. Everything that is installed is named by hash in requirements.lock.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
RUN python -m venv /opt/easel
COPY requirements.lock .
RUN /opt/easel/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY commands commands
COPY config config
RUN /opt/easel/bin/pip install --no-deps --no-build-isolation . \
    && /opt/easel/bin/easel --help >/dev/null

FROM python:3.11-slim
# Connections to vendors are verified by the image's own certificates; without them it is not worth starting.
RUN test -s /etc/ssl/certs/ca-certificates.crt \
    && groupadd --system --gid 10001 easel \
    && useradd --system --uid 10001 --gid easel --home-dir /data --no-create-home --shell /usr/sbin/nologin easel \
    && install --directory --owner=easel --group=easel --mode=700 /data
COPY --from=build /opt/easel /opt/easel
ENV PATH=/opt/easel/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    EASEL_DATA_DIR=/data \
    EASEL_HOST=0.0.0.0 \
    PORT=8080
USER easel
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
# SIGTERM reaches Easel itself, which drains; give it EASEL_DRAIN_SECONDS and ten more before it is killed.
STOPSIGNAL SIGTERM
CMD ["easel", "run"]
