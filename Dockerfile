# One image for web, worker, beat and migrate; docker-compose.yml says which of them a container is.
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 JOBDECK_DATA_DIR=/srv/data
WORKDIR /srv/jobdeck

COPY requirements/base.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/base.txt

COPY manage.py ./
COPY dashboard dashboard
COPY accounts accounts
COPY jobs jobs
COPY templates templates
COPY static static

RUN useradd --system --no-create-home jobdeck \
    && python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /srv/data/secrets \
    && chown -R jobdeck /srv/data
USER jobdeck
EXPOSE 8000
