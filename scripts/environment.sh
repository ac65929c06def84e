# Sourced by the Makefile: the settings of a portal on one's own machine, each only where it is not given already.
export PORTAL_MODE=${PORTAL_MODE:-demo}
export DATABASE_URL=${DATABASE_URL:-sqlite:///instance/portal.db}
mkdir -p instance
if [ -z "${SECRET_KEY:-}" ] && [ -z "${SECRET_KEY_FILE:-}" ]; then
    # Made once, so that a restart signs nobody out.
    [ -s instance/secret_key ] ||
        (umask 077 && .venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(48))' > instance/secret_key)
    export SECRET_KEY_FILE=instance/secret_key
fi
