#!/bin/sh
# Lets a person into the Temporal Web UI, or changes their password; without `olga -` it is asked for.
#
#   deploy/web-ui-user.sh olga
#   printf '%s' "$password" | deploy/web-ui-user.sh olga -
#   deploy/web-ui-user.sh --remove olga
#
# nginx reads the file with every request.
set -eu

file="${SECRETS_DIR:-secrets}/web_ui_users"
remove=false
if [ "${1:-}" = --remove ]; then
  remove=true
  shift
fi
name="${1:-}"
case "$name" in
'' | *[!A-Za-z0-9._-]*)
  echo "usage: $0 [--remove] NAME [-], of letters, digits, dots, dashes" >&2
  exit 2
  ;;
esac

line=""
if [ "$remove" = false ]; then
  if [ "${2:-}" = - ]; then
    hash="$(openssl passwd -6 -stdin)"
  else
    hash="$(openssl passwd -6)"
  fi
  line="$name:$hash"
fi

# Written in place: a container sees the file it was given, not another one of the same name.
others="$(grep -v "^$name:" "$file" 2>/dev/null || true)"
printf '%s\n' "$others" "$line" | grep -v '^$' >"$file.new" || true
cat "$file.new" >"$file"
rm -f "$file.new"
chmod 644 "$file"
echo "$(grep -c . "$file" || true) people may enter the Web UI"
