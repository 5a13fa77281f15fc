// Reads the message key and computes MACs. See authentication.hpp.
//
// The key stands in follower.message_key: one row, one bytea column, made by CREATE EXTENSION from pg_strong_random.
// The table is a user catalog table, so that the output plugin may read it under its historic snapshot; only
// superusers have privileges on it, but the code here reads it for whoever runs DDL.
#include "pg_follower/authentication.hpp"
#include "pg_follower/catalog.hpp"
#include "pg_follower/names.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "common/hmac.h"
#include "utils/lsyscache.h"
}

namespace pg_follower {

namespace {

struct MessageKey; // its one column has no fixed place

Oid message_key_table()
{
    Oid schema = get_namespace_oid(internal_schema, true);
    return OidIsValid(schema) ? get_relname_relid("message_key", schema) : InvalidOid;
}

} // namespace

bool has_message_key()
{
    return OidIsValid(message_key_table());
}

bool read_message_key(uint8 (&key)[message_key_size])
{
    Oid table_oid = message_key_table();
    if (!OidIsValid(table_oid))
        return false;

    // The table has one row.
    for (const auto &row : CatalogScan<MessageKey>(table_oid, InvalidOid, {})) {
        bool is_null;
        Datum datum = row.datum(1, is_null);
        if (is_null)
            return false;
        bytea *value = DatumGetByteaPP(datum);
        if (VARSIZE_ANY_EXHDR(value) != message_key_size)
            return false;
        memcpy(key, VARDATA_ANY(value), message_key_size);
        return true;
    }
    return false;
}

void compute_mac(const uint8 (&key)[message_key_size], const void *data, size_t size, uint8 (&mac)[message_mac_size])
{
    pg_hmac_ctx *context = pg_hmac_create(PG_SHA256);
    bool failed = !context || pg_hmac_init(context, key, message_key_size) < 0 ||
                  pg_hmac_update(context, static_cast<const uint8 *>(data), size) < 0 ||
                  pg_hmac_final(context, mac, message_mac_size) < 0;
    pg_hmac_free(context);
    if (failed)
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute the HMAC of a message")));
}

bool macs_equal(const uint8 *left, const uint8 *right)
{
    uint8 difference = 0;
    for (size_t i = 0; i < message_mac_size; ++i)
        difference |= left[i] ^ right[i];
    return difference == 0;
}

} // namespace pg_follower

extern "C" {

PG_FUNCTION_INFO_V1(pg_follower_make_message_key);
PGDLLEXPORT Datum pg_follower_make_message_key(PG_FUNCTION_ARGS);

// follower.make_message_key() returns bytea: a new random key.
Datum pg_follower_make_message_key(PG_FUNCTION_ARGS)
{
    auto key = static_cast<bytea *>(palloc(VARHDRSZ + pg_follower::message_key_size));
    SET_VARSIZE(key, VARHDRSZ + pg_follower::message_key_size);
    if (!pg_strong_random(VARDATA(key), pg_follower::message_key_size))
        ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a random key")));
    PG_RETURN_BYTEA_P(key);
}

} // extern "C"
