// The logical message that carries DDL in WAL.
//
// Layout: version (1 byte), HMAC-SHA-256 of all that follows (32 bytes), database OID, transaction id, message number
// within the transaction (8 bytes), kind (1 byte), flags (1 byte), number of roles (2 bytes), OIDs of a rewritten table
// and of a dropped object, the strings of ddl_strings, and the names of the roles. The HMAC proves that the event
// trigger made the message; database, transaction and number prove that it was made for this place, and once.
#include "pg_follower/ddl_message.hpp"

#include "pg_follower/authentication.hpp"
#include "pg_follower/compat.hpp"
#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"

extern "C" {
#include "access/transam.h"
#include "access/xact.h"
#include "libpq/pqformat.h"
#include "port/pg_bswap.h"
}

namespace pg_follower {
namespace {

constexpr size_t head_size = 1 + message_mac_size;
constexpr size_t fixed_size =
    sizeof(uint32) * 2 + sizeof(uint64) + 1 + 1 + sizeof(uint16) + sizeof(Oid) * lengthof(ddl_numbers);

// The number of the current transaction's last message. Numbers of rolled-back subtransactions stay used.
uint64 next_message_number(TransactionId xid)
{
    static TransactionId current_xid = InvalidTransactionId;
    static uint64 number = 0;
    if (current_xid != xid) {
        current_xid = xid;
        number = 0;
    }
    return ++number;
}

template <typename Integer> Integer take_integer(const char *&position)
{
    Integer value;
    memcpy(&value, position, sizeof(value));
    position += sizeof(value);
    if constexpr (sizeof(Integer) == 8)
        return pg_ntoh64(value);
    else if constexpr (sizeof(Integer) == 2)
        return pg_ntoh16(value);
    else
        return pg_ntoh32(value);
}

void append_string(StringInfo out, const char *string)
{
    appendBinaryStringInfo(out, string, static_cast<int>(strlen(string)) + 1);
}

bool refuse(const char *why)
{
    ereport(LOG, (errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
                  errmsg("ignoring a logical message that claims to be DDL"), errdetail_internal("%s", why)));
    return false;
}

// The first is the lowest bit of the byte.
constexpr bool DdlMessage::*flags_of_message[] = {
    &DdlMessage::cluster_wide, &DdlMessage::creates_roles, &DdlMessage::sets_role,
    &DdlMessage::holds_secret, &DdlMessage::of_extension,
};

static_assert(lengthof(flags_of_message) <= 8, "more flags need a wider field in both formats of a DDL message");

// Writes the content of a message.
void encode_ddl(StringInfo out, const DdlMessage &ddl)
{
    uint8 key[message_key_size];
    if (!read_message_key(key))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("could not read the key of pg_follower's messages"),
                        errhint("Drop the extension pg_follower and create it again.")));

    TransactionId xid = GetTopTransactionId();
    pq_sendbyte(out, ddl_version);
    appendStringInfoSpaces(out, message_mac_size);
    pq_sendint32(out, MyDatabaseId);
    pq_sendint32(out, xid);
    pq_sendint64(out, next_message_number(xid));
    pq_sendbyte(out, static_cast<uint8>(ddl.kind));
    pq_sendbyte(out, ddl_flags(ddl));
    pq_sendint16(out, ddl.role_count);
    for (auto number : ddl_numbers)
        pq_sendint32(out, ddl.*number);
    for (auto string : ddl_strings)
        append_string(out, ddl.*string);
    for (uint16 i = 0; i < ddl.role_count; ++i)
        append_string(out, ddl.roles[i]);

    uint8 mac[message_mac_size];
    compute_mac(key, out->data + head_size, out->len - head_size, mac);
    memcpy(out->data + 1, mac, message_mac_size);
}

} // namespace

uint8 ddl_flags(const DdlMessage &ddl)
{
    uint8 flags = 0;
    for (size_t i = 0; i < lengthof(flags_of_message); ++i)
        if (ddl.*flags_of_message[i])
            flags |= 1 << i;
    return flags;
}

void set_ddl_flags(DdlMessage &ddl, uint8 flags)
{
    for (size_t i = 0; i < lengthof(flags_of_message); ++i)
        ddl.*flags_of_message[i] = (flags & 1 << i) != 0;
}

void log_ddl(const DdlMessage &ddl)
{
    StringInfoData content;
    initStringInfo(&content);
    encode_ddl(&content, ddl);
    log_transactional_message(message_prefix, content.data, content.len);
    pfree(content.data);
}

bool decode_ddl(const char *content, size_t size, TransactionId xid, uint64 &last_number, DdlMessage &ddl)
{
    if (size < head_size)
        return refuse("It is too short.");

    uint8 key[message_key_size];
    if (!read_message_key(key))
        return refuse("The extension was not installed in this database at that time.");
    uint8 mac[message_mac_size];
    compute_mac(key, content + head_size, size - head_size, mac);
    if (!macs_equal(mac, reinterpret_cast<const uint8 *>(content) + 1))
        return refuse("Its authentication code is wrong.");
    // The version is looked at only now, because anyone can write a message, and an error ends the stream.
    auto version = static_cast<uint8>(content[0]);
    if (version > ddl_version)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("DDL message has version %d, but this library reads version %d", version, ddl_version),
                        errhint("Install the newer pg_follower on this server.")));
    if (version < ddl_version)
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                 errmsg("DDL message has version %d, but this library reads version %d", version, ddl_version),
                 errhint("An older pg_follower wrote it: install that again until every follow has caught up.")));

    if (size < head_size + fixed_size + lengthof(ddl_strings))
        return refuse("It is too short.");
    const char *position = content + head_size;
    auto database = take_integer<uint32>(position);
    auto message_xid = take_integer<uint32>(position);
    auto number = take_integer<uint64>(position);
    if (database != MyDatabaseId || message_xid != xid)
        return refuse("It was made for another transaction.");
    if (number <= last_number)
        return refuse("It repeats an earlier message of its transaction.");
    last_number = number;

    ddl.kind = static_cast<DdlKind>(*position++);
    if (!is_known(ddl.kind))
        return refuse("It is of an unknown kind.");
    set_ddl_flags(ddl, static_cast<uint8>(*position++));
    ddl.role_count = take_integer<uint16>(position);
    for (auto number : ddl_numbers)
        ddl.*number = take_integer<uint32>(position);
    auto roles = allocate<const char *>(ddl.role_count);
    ddl.roles = roles;
    const char *end = content + size;
    bool complete = true;
    auto take_string = [&](const char *&string) {
        auto stop = static_cast<const char *>(memchr(position, '\0', end - position));
        complete = complete && stop;
        if (!complete)
            return;
        string = position;
        position = stop + 1;
    };
    for (auto string : ddl_strings)
        take_string(ddl.*string);
    for (uint16 i = 0; i < ddl.role_count; ++i)
        take_string(roles[i]);
    return complete || refuse("A string in it does not end.");
}

} // namespace pg_follower
