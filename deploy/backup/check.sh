#!/bin/sh
# Ends with 0 when the log is being received and the newest copy is no older than two of its periods.
set -eu

: "${BACKUP_DIR:?set BACKUP_DIR to the folder of backups}"
fresh() { [ -n "$(find "$BACKUP_DIR" -maxdepth 2 -path "$BACKUP_DIR/$1" -mmin "-$2")" ]; }
fresh alive 3 || { echo 'the log is not being received' >&2; exit 1; }
fresh 'base/*Z' $((${BACKUP_EVERY_HOURS:-24} * 120)) || { echo 'the newest copy is too old' >&2; exit 1; }
