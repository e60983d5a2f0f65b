#!/bin/sh
# Makes one whole copy, has PostgreSQL verify it, and removes what is older than is kept. A copy that is there under its
# final name, the instant at which it was complete, is verified; anything else is a draft.
set -eu

: "${BACKUP_DIR:?set BACKUP_DIR to the folder of backups}"
umask 077
base="$BACKUP_DIR/base"
wal="$BACKUP_DIR/wal"
mkdir -p "$base" "$wal"
rm -rf "$base"/*.draft
draft="$base/$$.draft"

pg_basebackup --pgdata "$draft" --checkpoint fast --wal-method stream --manifest-checksums SHA256
pg_verifybackup --quiet "$draft"

# From here on the copy is carried forward by the log, so the log must hold its beginning.
first=$(sed -n 's/^START WAL LOCATION: .*(file \([0-9A-F]*\)).*/\1/p' "$draft/backup_label")
tries=0
until [ -f "$wal/$first" ] || [ -f "$wal/$first.partial" ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 60 ]; then
    echo "backup: $wal does not hold $first, so this copy could not be carried forward" >&2
    exit 1
  fi
  sleep 1
done
name=$(date -u +%Y%m%dT%H%M%SZ)
mv "$draft" "$base/$name"
touch "$base/$name"
echo "backup: $base/$name is complete and verified"

# Told where monitoring looks (src/reads/gauges.ts): the one thing that this role may write and that everybody may
# read is the name that its sessions bear. The copy is good without it.
told="copy $(date -u +%Y-%m-%dT%H:%M:%SZ) every ${BACKUP_EVERY_HOURS:-24} hours"
psql --dbname postgres --no-psqlrc --quiet --command "alter role current_user set application_name = '$told'" ||
  echo 'backup: PostgreSQL could not be told of the copy, so monitoring takes it for missing' >&2

# The newest copy stays whatever its age, and the log from the beginning of the oldest one that stays.
find "$base" -mindepth 1 -maxdepth 1 -name '*Z' ! -name "$name" \
  -mmin "+$((${BACKUP_KEEP_DAYS:-14} * 1440))" -exec rm -rf {} +
oldest=$(find "$base" -mindepth 1 -maxdepth 1 -name '*Z' | sort | head -n 1)
kept=$(sed -n 's/^START WAL LOCATION: .*(file \([0-9A-F]*\)).*/\1/p' "$oldest/backup_label")
pg_archivecleanup "$wal" "$kept"
