#!/usr/bin/env bash
# Everything that can be judged without running the portal. All checks run even when one fails; the last line names
# those that did.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

failed=()
check() {
    local name=$1
    shift
    printf '\n=== %s\n' "$name"
    "$@" || failed+=("$name")
}

check "ruff: lint" ruff check
check "ruff: format" ruff format --check
check "mypy" mypy
check "import contracts" lint-imports --no-logo
check "templates" djlint portal/templates --lint --quiet
check "house rules" python -m dev.house_rules
check "translations" python -m dev.translations check
check "migrations match models" python -m dev.migrations

if [ "${#failed[@]}" -gt 0 ]; then
    printf '\nmake check: FAILED:'
    printf ' [%s]' "${failed[@]}"
    printf '\n'
    exit 1
fi
printf '\nmake check: all passed.\n'
