#!/usr/bin/env bash
# Makes .venv and .env. With --dev also what the tests need. Quick when nothing has changed.
# NO_APT=1 installs no system packages; what is missing is then said, and done without.
set -euo pipefail
cd "$(dirname "$0")/.."

DEV=no
[ "${1:-}" = "--dev" ] && DEV=yes

say() { echo "setup: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }
have_headers() {
    local name
    have pkg-config || return 1
    for name in libmariadb mariadb mysqlclient; do pkg-config --exists "$name" && return 0; done
    return 1
}

# Prints how apt may be called; fails where it may not.
apt_command() {
    [ -z "${NO_APT:-}" ] && have apt-get || return 1
    if [ "$(id -u)" = 0 ]; then echo "env"; else sudo -n true 2>/dev/null && echo "sudo -n"; fi
}

APT_UPDATED=no
# install WHAT-FOR PACKAGE…: install system packages, or say in one line what to do without them.
install() {
    local purpose=$1 apt
    shift
    if apt=$(apt_command); then
        if [ $APT_UPDATED = no ]; then
            say "installing system packages"
            $apt apt-get update -qq >/dev/null 2>&1 || true
            APT_UPDATED=yes
        fi
        $apt DEBIAN_FRONTEND=noninteractive \
            apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 && return 0
    fi
    say "not installed: $* ($purpose)"
    return 1
}

# Prints a Python of version 3.11 or newer.
find_python() {
    local name
    for name in python3.11 python3.12 python3.13 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

make_venv() {
    local python
    .venv/bin/python -c '' 2>/dev/null && return 0
    if ! python=$(find_python); then
        say "Python 3.11 or newer is needed, and python3 is $(python3 --version 2>/dev/null || echo missing)."
        exit 1
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install "to make a virtual environment" python3-venv || exit 1
    fi
    "$python" -m venv --clear .venv
}

# packages FILE: install a list with hashes, unless exactly this list is installed already.
packages() {
    local list=$1 stamp=".venv/installed-$1" wanted
    wanted=$(cat "$list" && if [ $MYSQL = no ]; then echo "without mysqlclient"; fi)
    [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ] && return 0
    say "installing $list"
    # One block a package: its line and its indented hashes.
    awk -v drop=$MYSQL '/^[A-Za-z]/ { skip = (drop == "no" && /^mysqlclient==/) } !skip' \
        "$list" >.venv/wanted.txt
    if ! .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes \
        -r .venv/wanted.txt; then
        say "pip could not install $list; see its message above."
        exit 1
    fi
    echo "$wanted" >"$stamp"
}

make_env_file() {
    [ -e .env ] && return 0
    (
        umask 077
        cat >.env <<END
# Made by make setup for this machine. .env.example lists every variable.
SECRET_KEY=$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')
DEBUG=0
HTTPS_ONLY=0
ALLOWED_HOSTS=localhost,127.0.0.1,[::1]
SIGNUP_TOKENS=50000
OFFLINE_WRITER_SECONDS=0.2
LOG_FORMAT=console
END
    )
}

make_venv
MYSQL=yes
if ! .venv/bin/python -c 'import MySQLdb' 2>/dev/null; then
    headers_for=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("include"))')
    wanted=(libmariadb-dev pkg-config gcc)
    [ -e "$headers_for/Python.h" ] || wanted+=(python3-dev)
    if ! have_headers || ! have gcc || [ ${#wanted[@]} = 4 ]; then
        install "MariaDB's client library; without it the product runs on SQLite alone" \
            "${wanted[@]}" || MYSQL=no
    fi
fi
packages requirements.txt
if [ $DEV = yes ]; then
    packages requirements-dev.txt
    if ! have mariadbd || ! have mariadb-install-db || ! have my_print_defaults; then
        # The core package has the programs and starts no service.
        install "the tests on MariaDB are skipped" mariadb-server-core mariadb-client-core || true
    fi
    have chromium || have chromium-browser ||
        install "the tests in a browser are skipped" chromium || true
    have faketime || install "the tests with clocks that jump are skipped" faketime || true
    have msgfmt || install "make messages will not work" gettext || true
fi
make_env_file
