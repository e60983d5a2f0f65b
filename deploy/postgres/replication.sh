#!/bin/sh
# Runs once, in an empty data folder: lets the backups in, with their password; the image lets nobody replicate.
set -eu

echo 'host replication backup all scram-sha-256' >>"$PGDATA/pg_hba.conf"
