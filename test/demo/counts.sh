# Counts of the demo's tables, to be sourced below servers.sh.

counts="SELECT (SELECT count(*) FROM shop.customer) AS customers, (SELECT count(*) FROM shop.\"order\") AS orders,
       (SELECT count(*) FROM shop.order_line) AS lines, (SELECT sum(stock) FROM shop.product) AS stock"

# Shows what both servers hold while clients write. The downstream counts first: what it has, the upstream had before,
# so it never seems to be ahead.
show_counts() {
	local upstream downstream
	downstream=$(on downstream -At -F ' ' -c "SELECT 'downstream', c.* FROM ($counts) AS c")
	upstream=$(on upstream -At -F ' ' -c "SELECT 'upstream', c.* FROM ($counts) AS c")
	printf '%s\n' "$upstream" "$downstream" |
		awk '{ printf "%-10s  %4d customers  %5d orders  %6d lines  %7d in stock\n", $1, $2, $3, $4, $5 }'
}
