# Regulars as one container; docker-compose.yml puts PostgreSQL and a proxy beside it.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/regulars
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY crm_core crm_core
# The app runs from its folder (app.py lies beside the package), so the package is only linked, not copied.
RUN pip install --constraint constraints.txt --editable ".[postgres]"
COPY .streamlit .streamlit
COPY app.py ./
COPY pages pages

# Nobody in here is root, and nothing but data/ can be written to.
RUN useradd --system --uid 10001 --home-dir /srv/regulars regulars && mkdir data && chown regulars data
USER regulars
VOLUME /srv/regulars/data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/health', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["regulars"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8501"]
