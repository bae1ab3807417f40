# One image for web, worker, beat and migrate.

FROM node:24-slim AS frontend
WORKDIR /app/static/src
COPY static/src/package.json static/src/package-lock.json static/src/.npmrc ./
RUN npm ci
COPY static/src ./
RUN npm run build

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SANDBOX_ENV=1 DJANGO_SETTINGS_MODULE=sandbox.settings.production
WORKDIR /app
COPY pyproject.toml requirements.lock ./
# The lock holds the tools of development too; as a constraint it gives the server's packages their versions.
RUN pip install --no-cache-dir uv==0.13.9 \
    && uv pip install --system --no-cache -r pyproject.toml --constraint requirements.lock
COPY manage.py ./
COPY netcore netcore
COPY sandbox sandbox
COPY templates templates
COPY locale locale
COPY --from=frontend /app/static/dist static/dist
# The settings ask for these; collecting files needs none of them.
RUN SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=sqlite:////tmp/none REDIS_URL=redis://none \
    python manage.py collectstatic --no-input \
    && useradd --system sandbox \
    && install --directory --owner=sandbox /var/cache/sandbox
USER sandbox
# Compiled now, so that the first question does not wait; another kind of processor compiles once more.
ENV NUMBA_CACHE_DIR=/var/cache/sandbox
RUN python -c "import netcore; netcore.warm()"
EXPOSE 8000
CMD ["uvicorn", "sandbox.asgi:application", "--host=0.0.0.0", "--port=8000", "--ws=websockets-sansio"]
