#!/bin/sh
# Keeps the backups of one PostgreSQL, all of its databases together: the write-ahead log as it is written, and a whole
# copy every day. With both, the cluster can be brought back as it stood at any instant of the days that are kept.
#
#   PGHOST, PGPORT, PGUSER      where the server is; the user needs the attribute REPLICATION
#   PGPASSWORD or PGPASSWORD_FILE
#   BACKUP_DIR                  where backups lie: another disk, better another machine
#   BACKUP_EVERY_HOURS          between two whole copies; 24
#   BACKUP_KEEP_DAYS            how far back one can go; 14
set -eu

here=$(dirname "$0")
: "${BACKUP_DIR:?set BACKUP_DIR to the folder of backups}"
if [ -n "${PGPASSWORD_FILE:-}" ]; then
  PGPASSWORD=$(cat "$PGPASSWORD_FILE")
  export PGPASSWORD
fi
every_minutes=$((${BACKUP_EVERY_HOURS:-24} * 60))
umask 077
mkdir -p "$BACKUP_DIR/base" "$BACKUP_DIR/wal"

receiver=''
stop() {
  [ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true
  wait
  exit 0
}
trap stop TERM INT

# The slot makes the server keep what was not received yet, however long this container was away.
until pg_receivewal --create-slot --if-not-exists --slot backup; do
  sleep 2 &
  wait $!
done

while :; do
  if [ -z "$receiver" ] || ! kill -0 "$receiver" 2>/dev/null; then
    # Each commit is confirmed as soon as it lies on this disk; a lost connection is made again by itself.
    pg_receivewal --slot backup --synchronous --status-interval 1 --directory "$BACKUP_DIR/wal" &
    receiver=$!
  fi
  if [ -z "$(find "$BACKUP_DIR/base" -mindepth 1 -maxdepth 1 -name '*Z' -mmin "-$every_minutes")" ]; then
    "$here/base.sh" || echo 'backup: the copy failed and is tried again in a minute' >&2
  fi
  sleep 2 &
  wait $!
  if kill -0 "$receiver" 2>/dev/null; then touch "$BACKUP_DIR/alive"; fi
  sleep 58 &
  wait $!
done
