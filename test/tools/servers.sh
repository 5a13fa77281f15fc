# Scratch servers for scripts that run below with-server: made, started and spoken to by name. To be sourced.
#
# They listen on Unix sockets in a folder that only their user can enter, and on no network address, so their ports
# never clash with others'. The superuser is "postgres". libpq's defaults, for the servers' own connections too, lead
# to that folder and user.

data_folder() { echo "$PGF_SCRATCH/$1"; }

export PGHOST=$PGF_SCRATCH/sockets PGUSER=postgres PGDATABASE=postgres
if [ ${#PGHOST} -gt 90 ]; then
	echo "the scratch folder's name is too long for a Unix socket: $PGF_SCRATCH" >&2
	exit 1
fi
mkdir -p -m 700 "$PGHOST"
declare -A server_port=()

# make_server NAME PORT [SETTING ...]: a new server, started, with the settings of server-config and those given.
make_server() {
	local name=$1 port=$2 folder
	shift 2
	folder=$(data_folder "$name")
	server_port[$name]=$port
	rm -rf "$folder"
	initdb -D "$folder" -U postgres -A trust -N --no-locale -E UTF8 >"$PGF_SCRATCH/log/initdb_$name.log" 2>&1
	{
		"$(dirname "${BASH_SOURCE[0]}")/server-config" "$(dirname "$PG_CONFIG")"
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$PGHOST'"
		echo "port = $port"
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >>"$folder/postgresql.conf"
	pg_ctl -D "$folder" -l "$PGF_SCRATCH/log/$name.log" -w start >/dev/null
}

# on NAME [PSQL ARGUMENT ...]: psql on that server, stopping at the first error.
on() {
	local name=$1
	shift
	psql -X -v ON_ERROR_STOP=1 -p "${server_port[$name]}" "$@"
}

# value_on NAME QUERY [PSQL ARGUMENT ...]: the bare result of a query.
value_on() {
	local name=$1 query=$2
	shift 2
	on "$name" -At -c "$query" "$@"
}

# schema_of NAME [DATABASE]: the schema as SQL, without what differs at every dump.
schema_of() {
	pg_dump -s -p "${server_port[$1]}" "${2:-postgres}" | sed -E '/^(--|\\restrict|\\unrestrict|$)/d'
}

# hashes_of NAME [DATABASE]: one line "schema.table|rows|hash" for each table.
hashes_of() {
	on "$1" -At -q -f "$(dirname "${BASH_SOURCE[0]}")/table_hashes.sql" "${2:-postgres}"
}

# same_database ONE OTHER [DATABASE]: fails, and shows the difference, where schema or rows differ.
same_database() {
	local part one other
	for part in schema_of hashes_of; do
		one=$($part "$1" "${3-}") && other=$($part "$2" "${3-}") && diff <(echo "$one") <(echo "$other") || return 1
	done
}
