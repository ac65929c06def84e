#!/usr/bin/env bash
# Makes this tree ready to run: Python packages in .venv, the system libraries they draw with, compiled translations.
#
#   scripts/setup.sh          what the portal needs to run
#   scripts/setup.sh --dev    and the checkers and test libraries
#   scripts/setup.sh --test   and the programs the tests drive: a browser, PDF readers, PostgreSQL, stripe-mock
#
# It may be called before every command: where nothing is to do it reads a few files and asks no network.
# A missing system library stops nothing; without the right to install, the one line to run is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

level=${1:-}
case "$level" in
    "" | --dev | --test) ;;
    *) echo "setup: unknown option $level (known: --dev, --test)" >&2; exit 2 ;;
esac

say() { printf 'setup: %s\n' "$*"; }

# Prints the command prefix that gives the right to install ("" for root), or fails. Never asks for a password.
install_right() {
    if [ "$(id -u)" -eq 0 ]; then
        echo ""
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        echo "sudo -n"
    else
        return 1
    fi
}

apt_ran=0
# Installs the packages given, or prints the line that would. Says by its result whether they were installed.
apt_install() {
    local right line="apt-get install -y --no-install-recommends $*"
    if ! command -v apt-get >/dev/null; then
        say "please install with your system's package manager what Debian calls: $*"
        return 1
    fi
    if ! right=$(install_right); then
        say "missing system packages; please run:  sudo apt-get update && sudo $line"
        return 1
    fi
    say "installing system packages: $*"
    if [ "$apt_ran" -eq 0 ]; then
        $right env DEBIAN_FRONTEND=noninteractive apt-get update -qq || true
        apt_ran=1
    fi
    if ! $right env DEBIAN_FRONTEND=noninteractive $line -qq >/dev/null; then
        say "that did not work; please run:  sudo apt-get update && sudo $line"
        return 1
    fi
}

# The first Python on the path that is new enough.
find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3 python3.14; do
        if command -v "$name" >/dev/null &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

make_venv() {
    local python
    if ! python=$(find_python); then
        apt_install python3 python3-venv || true
        python=$(find_python) || { say "Python 3.11 or newer is needed and was not found"; exit 1; }
    fi
    say "making .venv with $("$python" --version)"
    # Debian ships Python without ensurepip; its python3-venv package brings it.
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        apt_install python3-venv || { say "a virtual environment cannot be made without python3-venv"; exit 1; }
    fi
    "$python" -m venv --clear .venv
}

# Installs one pinned file when it differs from what was installed last.
install_pinned() {
    local name=$1
    cmp -s "requirements/$name.txt" ".venv/installed-$name.txt" && return
    say "installing Python packages (requirements/$name.txt)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes \
        -r "requirements/$name.txt"
    cp "requirements/$name.txt" ".venv/installed-$name.txt"
    # dev.txt holds everything main.txt holds, at the same versions.
    if [ "$name" = dev ]; then cp requirements/main.txt .venv/installed-main.txt; fi
}

have_library() { [ -z "$libraries" ] || [[ "$libraries" == *"$1"* ]]; }
have_korean_font() {
    compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null ||
        { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=ko family)" ]; }
}
have_postgres() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

install_system_packages() {
    local missing=() libraries
    # PATH of an ordinary user does not hold ldconfig on Debian. Where there is none, the libraries are taken to be there.
    libraries=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)
    have_library libpango-1.0.so.0 || missing+=(libpango-1.0-0)
    have_library libpangoft2-1.0.so.0 || missing+=(libpangoft2-1.0-0)
    have_library libharfbuzz-subset.so.0 || missing+=(libharfbuzz-subset0)
    have_korean_font || missing+=(fonts-noto-cjk)
    if [ "$level" = --test ]; then
        command -v chromium >/dev/null || command -v google-chrome >/dev/null || [ -x "${PW_CHROMIUM:-}" ] ||
            missing+=(chromium)
        command -v pdftotext >/dev/null || missing+=(poppler-utils)
        command -v qpdf >/dev/null || missing+=(qpdf)
        have_postgres || missing+=(postgresql)
    fi
    [ "${#missing[@]}" -eq 0 ] || apt_install "${missing[@]}" || say "going on without them"
    if [ "$level" = --test ]; then
        install_light_chromium
        install_second_engine
    fi
}

# Chromium without its windows: a page costs it a third of the work. Debian has it as a package, others do not.
install_light_chromium() {
    local name=chromium-headless-shell
    if command -v "$name" >/dev/null || [ -x "${PW_CHROMIUM:-}" ]; then return; fi
    # Where apt has no lists yet, nobody knows; asking it brings them.
    if compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null &&
        [ -z "$(apt-cache pkgnames "$name" 2>/dev/null | grep -Fx "$name")" ]; then return; fi
    apt_install "$name" || say "the tests drive the larger Chromium"
}

# WebKit, the engine of every iPhone, and a screen for it. Its tests are skipped where it cannot be had.
install_second_engine() {
    local missing=()
    command -v WebKitWebDriver >/dev/null || missing+=(webkit2gtk-driver)
    command -v Xvfb >/dev/null || missing+=(xvfb)
    [ "${#missing[@]}" -eq 0 ] || apt_install "${missing[@]}" || say "going on without WebKit"
}

# Knows the shape of every request Stripe takes. Its test is skipped where it cannot be had.
install_stripe_mock() {
    [ ! -x .venv/bin/stripe-mock ] && command -v go >/dev/null || return 0
    say "installing stripe-mock"
    GOBIN="$PWD/.venv/bin" timeout 180 go install github.com/stripe/stripe-mock@v0.203.0 2>/dev/null ||
        say "stripe-mock cannot be had here; its test will be skipped"
}

compile_translations() {
    local po
    [ -d portal/translations ] || return 0
    for po in portal/translations/*/LC_MESSAGES/*.po; do
        [ -e "$po" ] || continue
        [ "${po%.po}.mo" -nt "$po" ] || .venv/bin/pybabel --quiet compile -i "$po" -o "${po%.po}.mo"
    done
}

.venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || make_venv
if [ -z "$level" ]; then install_pinned main; else install_pinned dev; fi
install_system_packages
if [ "$level" = --test ]; then install_stripe_mock; fi
compile_translations
