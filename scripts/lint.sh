#!/usr/bin/env bash
# Every check that reads code without running its tests. All are run; any that fails, fails.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
OUTPUT=$(mktemp)
trap 'rm -f "$OUTPUT"' EXIT
FAILED=()

# check NAME COMMAND…: quiet when it passes; its output when it fails.
check() {
    local name=$1
    shift
    if "$@" >"$OUTPUT" 2>&1; then
        echo "lint: $name: ok"
    else
        echo "lint: $name: FAILED"
        tail -n 200 "$OUTPUT"
        FAILED+=("$name")
    fi
}

# As in production, whatever .env says: an empty variable is unset.
for name in $(grep -oE '^[A-Z_]+=' .env.example | tr -d =); do export "$name="; done
export SECRET_KEY="only-for-these-checks-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG"
export ALLOWED_HOSTS=batchwriter.example OPENAI_API_KEY=for-these-checks DATABASE_URL=sqlite:///:memory:

check "ruff" ruff check .
check "ruff format" ruff format --check .
check "djlint" djlint --quiet --lint templates
check "mypy" mypy .
check "import-linter" lint-imports --no-logo
check "bandit" bandit -q -c pyproject.toml -r accounts articles batchwriter jobs manage.py
check "django check" python manage.py check --fail-level WARNING
check "django check --deploy" python manage.py check --deploy --fail-level WARNING
check "migrations" python manage.py makemigrations --check --dry-run
check "API schema" python manage.py spectacular --validate --fail-on-warn --file /dev/null
check "shell scripts" bash -n scripts/setup.sh scripts/run.sh scripts/lint.sh .ci/run

if [ ${#FAILED[@]} -gt 0 ]; then
    echo "lint failed: ${FAILED[*]}" >&2
    exit 1
fi
