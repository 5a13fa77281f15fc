// The one door to PostgreSQL's headers.
//
// Standard headers come first, because postgres.h redefines names that they use. What only one file needs
// (executor/spi.h, replication/walreceiver.h, ...) is included by that file, in an extern "C" block of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

extern "C" {
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xlogdefs.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
}

// The two halves of an LSN for the format "%X/%X"; the server's LSN_FORMAT_ARGS does not expand in C++.
#define PGF_LSN(lsn) (uint32)((lsn) >> 32), (uint32)(lsn)
