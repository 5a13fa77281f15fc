// Target: the reader of DDL messages in WAL. An input is what stands behind the authentication code; the code itself is
// always right here, since what it refuses is not read at all.
#include "server.hpp"

#include "pg_follower/authentication.hpp"
#include "pg_follower/ddl_message.hpp"

namespace pg_follower {

bool read_message_key(uint8 (&key)[message_key_size])
{
    memset(key, 0, sizeof(key));
    return true;
}

void compute_mac(const uint8 (&)[message_key_size], const void *, size_t, uint8 (&mac)[message_mac_size])
{
    memset(mac, 0, sizeof(mac));
}

bool macs_equal(const uint8 *a, const uint8 *b)
{
    return memcmp(a, b, message_mac_size) == 0;
}

namespace bytes {
namespace {

constexpr TransactionId transaction = 1;

void read_message(const char *data, size_t size)
{
    size_t head = 1 + message_mac_size;
    auto message = static_cast<char *>(palloc(head + size));
    memset(message, 0, head);
    message[0] = static_cast<char>(ddl_version);
    memcpy(message + head, data, size);
    uint64 last_number = 0;
    DdlMessage ddl;
    if (!decode_ddl(message, head + size, transaction, last_number, ddl))
        ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("refused")));
    require(last_number > 0, "a message that counts has moved the number on");
    for (auto string : ddl_strings)
        touch(ddl.*string);
    for (uint16 i = 0; i < ddl.role_count; ++i)
        touch(ddl.roles[i]);
}

} // namespace

Outcome run_target(const uint8_t *data, size_t size)
{
    Outcome outcome = read_input(data, size, read_message);
    require(outcome.allocated < 4 * 1024 * 1024 + 64 * size, "memory is bounded by the size of the message");
    return outcome;
}

} // namespace bytes
} // namespace pg_follower
