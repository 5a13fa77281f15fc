// What all users of SPI share: a connection for a block, checked results, plans that are kept.
//
// SPI is known to this file's users only: rows.cpp, conflicts.cpp, truncate.cpp and ddl.cpp, which apply what the
// stream says, what writes tables of the schema `follower` by SQL, and what asks this server something (query_count).
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "executor/spi.h"
}

namespace pg_follower::apply {

// An SPI connection for the length of a block. An error leaves it to the transaction's abort.
class SpiScope {
  public:
    SpiScope() { SPI_connect(); }
    ~SpiScope() { SPI_finish(); }
    SpiScope(const SpiScope &) = delete;
    SpiScope &operator=(const SpiScope &) = delete;
};

// Raises ERRCODE_INTERNAL_ERROR where SPI has answered with an error code.
void check_result(int code);

// Prepares a generic plan and keeps it until SPI_freeplan.
SPIPlanPtr prepare(const char *sql, int count, Oid *types);

// The only value of a query about this server, a bigint.
int64 query_count(const char *query);

} // namespace pg_follower::apply
