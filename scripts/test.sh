#!/usr/bin/env bash
# Runs the tests: on SQLite, the same again on PostgreSQL, then those that drive a browser. All three run even when one
# fails; the last line says what ran and how it ended. Words given are passed to pytest: options to every part, paths
# only to the part they belong to.
#
#   scripts/test.sh -k reorder
#   scripts/test.sh tests/unit/pricing -x
#
# TEST_WORKERS says how many processes share the tests (2).
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

options=() paths=() browser_paths=()
for word in "$@"; do
    case "$word" in
        tests | tests/*) paths+=("$word") ;;
        e2e | e2e/*) browser_paths+=("$word") ;;
        *) options+=("$word") ;;
    esac
done
# A path names the part it belongs to; the other part then has nothing to do.
want_suite=1 want_browser=1
if [ "${#paths[@]}" -gt 0 ] && [ "${#browser_paths[@]}" -eq 0 ]; then want_browser=0; fi
if [ "${#browser_paths[@]}" -gt 0 ] && [ "${#paths[@]}" -eq 0 ]; then want_suite=0; fi

results=() failed=0
# Keeps the outcome of one part. pytest ends with 5 where nothing was selected, which is right only after a choice.
keep() {
    local name=$1 code=$2
    case "$code" in
        0) results+=("$name passed") ;;
        5) if [ "$#" -gt 2 ]; then results+=("$name had nothing selected"); else
               results+=("$name FOUND NO TESTS"); failed=1; fi ;;
        *) results+=("$name FAILED"); failed=1 ;;
    esac
}
heading() { printf '\n=== %s\n' "$*"; }

suite=(python -m pytest -n "${TEST_WORKERS:-2}" "${options[@]}" "${paths[@]}")

if [ "$want_suite" -eq 1 ]; then
    heading "tests on SQLite"
    env -u TEST_DATABASE_URL "${suite[@]}"
    keep SQLite $? "$@"

    heading "tests on PostgreSQL"
    if [ -n "${TEST_DATABASE_URL:-}" ]; then
        "${suite[@]}"
    else
        python scripts/with_postgres.py "${suite[@]}"
    fi
    code=$?
    # pytest also ends with 3 (an error of its own), but then its SQLite run has failed too.
    if [ "$code" -eq 3 ] && ! python scripts/with_postgres.py true 2>/dev/null; then
        results+=("PostgreSQL NOT RUN (not to be had here)")
    else
        keep PostgreSQL "$code" "$@"
    fi
fi

if [ "$want_browser" -eq 1 ]; then
    heading "tests in a browser"
    if command -v chromium >/dev/null || command -v google-chrome >/dev/null || [ -x "${PW_CHROMIUM:-}" ]; then
        [ "${#browser_paths[@]}" -gt 0 ] || browser_paths=(e2e)
        env -u TEST_DATABASE_URL python -m pytest "${options[@]}" "${browser_paths[@]}"
        keep browser $? "$@"
    else
        echo "No Chromium here: install the package chromium, or name one in PW_CHROMIUM."
        results+=("browser NOT RUN (no Chromium)")
    fi
fi

printf '\nmake test:'
separator=' '
for result in "${results[@]}"; do printf '%s%s' "$separator" "$result"; separator='; '; done
printf '.\n'
exit "$failed"
