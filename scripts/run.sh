#!/usr/bin/env bash
# Starts the product on this machine: database, demonstration accounts, web and worker.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH" PYTHONUNBUFFERED=1
PORT=${PORT:-8000}

python - "$PORT" <<'END' || exit 1
import socket, sys

port = sys.argv[1]
if not port.isdigit() or not 0 < int(port) < 65536:
    sys.exit(f"PORT must be a number between 1 and 65535, not {port!r}.")
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("0.0.0.0", int(port)))
    except OSError as error:
        sys.exit(f"Port {port} cannot be used ({error.strerror}). Choose another: PORT=8001 make run")
END

python manage.py migrate --noinput --verbosity 0
python manage.py collectstatic --noinput --verbosity 0
echo
echo "http://localhost:$PORT"
python manage.py seed_demo --allow
echo "Stop with Ctrl-C."
echo
# honcho would let .env beat the environment; the processes read the file themselves.
exec honcho --env /dev/null start --port "$PORT" web worker
