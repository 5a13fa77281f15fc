# Targets beyond PGXS's own: each prepares the machine as far as it needs and works on scratch servers only.
