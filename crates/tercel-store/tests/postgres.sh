#!/bin/sh
# A PostgreSQL server for tests, in a folder of its own. Prints its URL, runs until its standard input ends (so also when
# whoever started it is killed), then takes everything away. A line `crash` on standard input stops it as a crash would,
# starts it again and prints `again`. Exit code 3: PostgreSQL is not installed.
set -eu

bin=
for found in "$(command -v initdb 2>/dev/null || true)" \
    $(ls -d /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb 2>/dev/null | sort -V); do
    if [ -x "$found" ]; then bin=$(dirname "$found"); fi
done
if [ -z "$bin" ]; then
    echo "no initdb found" >&2
    exit 3
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/tercel-postgres-XXXXXX")
# PostgreSQL refuses to run as root.
as=
if [ "$(id -u)" = 0 ]; then
    chown postgres "$folder"
    as="runuser -u postgres --"
fi
stop() {
    trap '' INT TERM HUP
    cd /
    $as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    # A test that meets a server in recovery is understood from here.
    grep -B 5 -A 5 -E 'PANIC|terminated by signal' "$folder/server.log" >&2 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP
cd "$folder"

start() {
    # A crash of the program or the server loses nothing that was handed to the system, so no test waits for the disk.
    $as "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/server.log" start >>"$folder/start.log" 2>&1 -o "-k $folder -c listen_addresses='' \
        -c fsync=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=64MB -c jit=off -c autovacuum=off"
}

$as "$bin/initdb" -D "$folder/data" -U tercel -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$folder/start.log" 2>&1 ||
    { cat "$folder"/*log >&2; exit 1; }
start || { cat "$folder"/*log >&2; exit 1; }
echo "postgres:///postgres?host=$folder&user=tercel"
while read -r line; do
    if [ "$line" = crash ]; then
        $as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
        start || { cat "$folder"/*log >&2; exit 1; }
        echo again
    fi
done
