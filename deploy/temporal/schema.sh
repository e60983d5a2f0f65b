#!/bin/sh
# Makes and updates the schemas of Temporal's two databases; both belong to its role already. Repeatable.
set -eu

SQL_PASSWORD="$(cat "$DATABASE_PASSWORD_FILE")"
export SQL_PASSWORD
tool="${SQL_TOOL:-temporal-sql-tool}"

for store in temporal:temporal temporal_visibility:visibility; do
  database="${store%%:*}"
  set -- --plugin postgres12_pgx --endpoint "$DATABASE_HOST" --port "${DATABASE_PORT:-5432}" \
    --user "${DATABASE_USER:-temporal}" --database "$database"
  # A database with tables keeps its version; only an empty one begins at nought.
  if ! "$tool" "$@" update-schema --schema-name "postgresql/v12/${store##*:}"; then
    "$tool" "$@" setup-schema --version 0.0
    "$tool" "$@" update-schema --schema-name "postgresql/v12/${store##*:}"
  fi
done
