#!/bin/sh
# Brings the cluster back into an empty folder, as it stood at an instant or as late as the backups reach.
#
#   BACKUP_DIR=/backups deploy/backup/restore.sh /var/lib/postgresql/18/docker
#   BACKUP_DIR=/backups deploy/backup/restore.sh /var/lib/postgresql/18/docker '2026-11-22 14:05:00+00'
#
# Then start PostgreSQL on that folder: it reads the log up to the instant and opens for writing. docs/operations.md,
# "Backups and restore", says what else to do.
set -eu

: "${BACKUP_DIR:?set BACKUP_DIR to the folder of backups}"
target="${1:?name the empty folder to restore into}"
instant="${2:-}"
if [ -d "$target" ] && [ -n "$(ls -A "$target")" ]; then
  echo "restore: $target is not empty; nothing is overwritten" >&2
  exit 1
fi

limit='99999999T999999Z'
if [ -n "$instant" ]; then limit=$(date -u -d "$instant" +%Y%m%dT%H%M%SZ); fi
chosen=''
for copy in "$BACKUP_DIR"/base/*Z; do
  if [ -d "$copy" ] && [ ! "$(basename "$copy")" \> "$limit" ]; then chosen=$copy; fi
done
if [ -z "$chosen" ]; then
  echo "restore: no copy in $BACKUP_DIR/base was complete by ${instant:-now}" >&2
  exit 1
fi

umask 077
mkdir -p "$target"
chmod 700 "$target"
cp -a "$chosen/." "$target/"
pg_verifybackup --quiet "$target"

# The last segment is still being received and carries the ending .partial.
wal="$BACKUP_DIR/wal"
{
  echo "restore_command = 'cp \"$wal/%f\" \"%p\" 2>/dev/null || cp \"$wal/%f.partial\" \"%p\"'"
  echo "recovery_target_timeline = 'latest'"
  echo "recovery_target_action = 'promote'"
  if [ -n "$instant" ]; then echo "recovery_target_time = '$instant'"; fi
} >>"$target/postgresql.auto.conf"
: >"$target/recovery.signal"
echo "restore: $target holds $(basename "$chosen"); start PostgreSQL on it to go on to ${instant:-the end of the log}"
