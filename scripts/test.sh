#!/usr/bin/env bash
# Runs the tests: on SQLite, those that meet a database again on PostgreSQL, then those that drive a browser. All three
# run even when one fails; the last line says what ran and how it ended. Words given are passed to pytest: options to
# every part, paths only to the part they belong to.
#
#   scripts/test.sh -k reorder
#   scripts/test.sh tests/unit/pricing -x
#
# TEST_WORKERS says how many processes share the tests (2).
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
# Dozens of Python processes start here. What the first compiles the others read, also where nothing may be written
# beside the source.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="${PYTHONPYCACHEPREFIX:-$PWD/.pytest_cache/compiled}"

options=() paths=() browser_paths=() want_suite='' want_browser=''
for word in "$@"; do
    case "$word" in
        tests) want_suite=1 ;;
        tests/*) want_suite=1 paths+=("$word") ;;
        e2e) want_browser=1 ;;
        e2e/*) want_browser=1 browser_paths+=("$word") ;;
        *) options+=("$word") ;;
    esac
done
# A path names the part it belongs to; without one, all parts run.
if [ -z "$want_suite$want_browser" ]; then want_suite=1 want_browser=1; fi
chosen=${options[*]}${paths[*]}${browser_paths[*]}

results=() failed=0
# Keeps the outcome of one part. pytest ends with 5 where nothing was selected, which is right only after a choice.
keep() {
    local name=$1 code=$2
    if [ "$code" -eq 0 ]; then
        results+=("$name passed")
    elif [ "$code" -eq 5 ] && [ -n "$chosen" ]; then
        results+=("$name had nothing selected")
    else
        results+=("$name FAILED") failed=1
    fi
}
heading() { printf '\n=== %s\n' "$*"; }

suite=(python -m pytest -n "${TEST_WORKERS:-2}")

if [ -n "$want_suite" ]; then
    heading "tests on SQLite"
    env -u TEST_DATABASE_URL "${suite[@]}" "${options[@]}" "${paths[@]}"
    keep SQLite $?

    heading "tests on PostgreSQL"
    # A choice of marks that was given comes later, and takes the place of this one.
    suite+=(-m database "${options[@]}" "${paths[@]}")
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
        keep PostgreSQL "$code"
    fi
fi

if [ -n "$want_browser" ]; then
    heading "tests in a browser"
    if command -v chromium >/dev/null || command -v google-chrome >/dev/null || [ -x "${PW_CHROMIUM:-}" ]; then
        [ "${#browser_paths[@]}" -gt 0 ] || browser_paths=(e2e)
        # What failed is remembered apart from other runs, and only until the next one.
        rm -rf .pytest_cache/browser test-results
        browser=(env -u TEST_DATABASE_URL python -m pytest -o cache_dir=.pytest_cache/browser)
        "${browser[@]}" -n "${TEST_WORKERS:-2}" --screenshot only-on-failure --output test-results/pictures \
            "${options[@]}" "${browser_paths[@]}"
        code=$?
        keep browser "$code"
        # To record every step of every test would take as long as the tests. What failed is done once more for its
        # trace (playwright show-trace …/trace.zip); how that ends changes nothing.
        if [ "$code" -eq 1 ]; then
            heading "what failed in a browser, once more, with a trace of each"
            "${browser[@]}" "${options[@]}" "${browser_paths[@]}" --last-failed --lfnf none --maxfail 10 \
                --tracing on --output test-results/traces
        fi
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
