#!/usr/bin/env bash
# Holds papers against PDF/A-3a with veraPDF, the validator of the PDF Association.
#
#   scripts/verapdf.sh                 papers of every kind and country, printed for the purpose
#   scripts/verapdf.sh FILE.pdf …      these files
#
# Needs Java 11 and Maven; the library comes from Maven Central, once, into instance/verapdf.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cache=$root/instance/verapdf

for program in java mvn; do
    command -v "$program" >/dev/null || { echo "verapdf: $program is needed and was not found" >&2; exit 2; }
done
if ! compgen -G "$cache/validation-model-*.jar" >/dev/null; then
    mvn -q -B -f "$root/dev/verapdf/pom.xml" dependency:copy-dependencies -DoutputDirectory="$cache" >&2
fi
if [ $# -eq 0 ]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    (cd "$root" && .venv/bin/python -m tests.papers "$folder")
    set -- "$folder"/*.pdf
fi
java -cp "$cache/*" "$root/dev/verapdf/Check.java" "$@"
