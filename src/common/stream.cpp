// The records of the stream, written and read side by side. See stream.hpp.
//
//   begin      commit LSN (8), commit time (8), transaction id (4), timeline (4)
//   commit     commit LSN (8), end LSN (8), commit time (8)
//   statement  id (4), kind (1), schema, table, one, run, effects, count (2), then each: column, finds_row (1),
//              form (1), layout
//   row        statement id (4), count (2), then each: length (4, -1 for null), bytes
//   truncate   sql, count (2), then each: schema, table, effects
//   ddl        kind (1), flags (1), the strings of ddl_strings, count (2), then each: role
//   part, stream_abort   transaction id (4), id of the subtransaction (4)
//   stream_commit        as begin, and end LSN (8)
//
// Effects are: count (2), then each: kind (1), enabled (1), name.
//
// A message is the version (1 byte) and then records, each behind its type byte.
#include "pg_follower/memory.hpp"
#include "pg_follower/stream.hpp"

extern "C" {
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
}

namespace pg_follower {
namespace {

void send_type(StringInfo out, Record type)
{
    pq_sendbyte(out, static_cast<uint8>(type));
}

// A string in the client's encoding.
void send_string(StringInfo out, const char *string)
{
    int length = static_cast<int>(strlen(string));
    char *converted = pg_server_to_client(string, length);
    if (converted == string)
        appendBinaryStringInfo(out, string, length + 1);
    else {
        appendBinaryStringInfo(out, converted, static_cast<int>(strlen(converted)) + 1);
        pfree(converted);
    }
}

void send_effects(StringInfo out, const ReplicaEffects &effects)
{
    pq_sendint16(out, effects.count);
    for (const ReplicaEffect &effect : effects) {
        pq_sendbyte(out, static_cast<uint8>(effect.kind));
        pq_sendbyte(out, static_cast<uint8>(effect.enabled));
        send_string(out, effect.name);
    }
}

void send_begin(StringInfo out, const BeginRecord &record)
{
    pq_sendint64(out, record.commit_lsn);
    pq_sendint64(out, record.commit_time);
    pq_sendint32(out, record.xid);
    pq_sendint32(out, record.timeline);
}

void send_part(StringInfo out, Record type, const StreamPart &record)
{
    send_type(out, type);
    pq_sendint32(out, record.xid);
    pq_sendint32(out, record.part);
}

} // namespace

void stream_start_message(StringInfo out)
{
    pq_sendbyte(out, stream_version);
}

void stream_write(StringInfo out, const BeginRecord &record)
{
    send_type(out, Record::begin);
    send_begin(out, record);
}

BeginRecord StreamReader::read_begin()
{
    BeginRecord record;
    record.commit_lsn = integer<uint64>();
    record.commit_time = static_cast<TimestampTz>(integer<uint64>());
    record.xid = integer<uint32>();
    record.timeline = integer<uint32>();
    return record;
}

void stream_write(StringInfo out, const CommitRecord &record)
{
    send_type(out, Record::commit);
    pq_sendint64(out, record.commit_lsn);
    pq_sendint64(out, record.end_lsn);
    pq_sendint64(out, record.commit_time);
}

CommitRecord StreamReader::read_commit()
{
    CommitRecord record;
    record.commit_lsn = integer<uint64>();
    record.end_lsn = integer<uint64>();
    record.commit_time = static_cast<TimestampTz>(integer<uint64>());
    return record;
}

void stream_write(StringInfo out, const StreamPart &record)
{
    send_part(out, Record::part, record);
}

void stream_write_abort(StringInfo out, const StreamPart &record)
{
    send_part(out, Record::stream_abort, record);
}

StreamPart StreamReader::read_part()
{
    StreamPart record;
    record.xid = integer<uint32>();
    record.part = integer<uint32>();
    return record;
}

void stream_write(StringInfo out, const StreamCommitRecord &record)
{
    send_type(out, Record::stream_commit);
    send_begin(out, record.begin);
    pq_sendint64(out, record.end_lsn);
}

StreamCommitRecord StreamReader::read_stream_commit()
{
    StreamCommitRecord record;
    record.begin = read_begin();
    record.end_lsn = integer<uint64>();
    return record;
}

void stream_write(StringInfo out, const StatementRecord &record)
{
    send_type(out, Record::statement);
    pq_sendint32(out, record.id);
    pq_sendbyte(out, static_cast<uint8>(record.kind->kind));
    send_string(out, record.schema);
    send_string(out, record.table);
    send_string(out, record.one);
    send_string(out, record.run);
    send_effects(out, record.effects);
    pq_sendint16(out, record.parameter_count);
    for (uint16 i = 0; i < record.parameter_count; ++i) {
        send_string(out, record.parameters[i].column);
        pq_sendbyte(out, record.parameters[i].finds_row);
        pq_sendbyte(out, static_cast<uint8>(record.parameters[i].form));
        send_string(out, record.parameters[i].layout);
    }
}

StatementRecord StreamReader::read_statement()
{
    StatementRecord record;
    record.id = integer<uint32>();
    record.kind = find_row_kind(static_cast<RowKind>(integer<uint8>()));
    if (!record.kind)
        malformed("a statement is of an unknown kind");
    record.schema = string();
    record.table = string();
    record.one = string();
    record.run = string();
    record.effects = read_effects();
    record.parameter_count = integer<uint16>();
    record.parameters = allocate<StatementParameter>(record.parameter_count);
    for (uint16 i = 0; i < record.parameter_count; ++i) {
        record.parameters[i].column = string();
        record.parameters[i].finds_row = integer<uint8>() != 0;
        record.parameters[i].form = static_cast<ValueForm>(integer<uint8>());
        if (!is_known(record.parameters[i].form))
            malformed("values of a statement have an unknown form");
        record.parameters[i].layout = string();
    }
    return record;
}

void stream_write_row_head(StringInfo out, const RowRecord &row)
{
    send_type(out, Record::row);
    pq_sendint32(out, row.statement_id);
    pq_sendint16(out, row.value_count);
}

void stream_write_null(StringInfo out)
{
    pq_sendint32(out, static_cast<uint32>(-1));
}

void stream_write_value(StringInfo out, const char *data, int32 length)
{
    pq_sendint32(out, static_cast<uint32>(length));
    appendBinaryStringInfo(out, data, length);
}

RowRecord StreamReader::read_row(Value *values, uint16 room)
{
    RowRecord record;
    record.statement_id = integer<uint32>();
    record.value_count = integer<uint16>();
    if (record.value_count > room)
        malformed("a row has more values than its statement has parameters");
    for (uint16 i = 0; i < record.value_count; ++i) {
        auto length = static_cast<int32>(integer<uint32>());
        values[i].length = length;
        values[i].data = nullptr;
        if (length == -1)
            continue;
        if (length < 0)
            malformed("a value has a negative length");
        need(length);
        values[i].data = position_;
        position_ += length;
    }
    return record;
}

void stream_write(StringInfo out, const TruncateRecord &record)
{
    send_type(out, Record::truncate);
    send_string(out, record.sql);
    pq_sendint16(out, record.relation_count);
    for (uint16 i = 0; i < record.relation_count; ++i) {
        send_string(out, record.relations[i].schema);
        send_string(out, record.relations[i].table);
        send_effects(out, record.relations[i].effects);
    }
}

TruncateRecord StreamReader::read_truncate()
{
    TruncateRecord record;
    record.sql = string();
    record.relation_count = integer<uint16>();
    record.relations = allocate<TruncatedTable>(record.relation_count);
    for (uint16 i = 0; i < record.relation_count; ++i) {
        record.relations[i].schema = string();
        record.relations[i].table = string();
        record.relations[i].effects = read_effects();
    }
    return record;
}

void stream_write(StringInfo out, const DdlMessage &record)
{
    send_type(out, Record::ddl);
    pq_sendbyte(out, static_cast<uint8>(record.kind));
    pq_sendbyte(out, ddl_flags(record));
    for (auto text : ddl_strings)
        send_string(out, record.*text);
    for (auto number : ddl_numbers)
        pq_sendint32(out, record.*number);
    pq_sendint16(out, record.role_count);
    for (uint16 i = 0; i < record.role_count; ++i)
        send_string(out, record.roles[i]);
}

DdlMessage StreamReader::read_ddl()
{
    DdlMessage record;
    record.kind = static_cast<DdlKind>(integer<uint8>());
    // A rewrite is for the plugin alone.
    if (!is_known(record.kind) || record.kind == DdlKind::rewrite)
        malformed("a command is of an unknown kind");
    set_ddl_flags(record, integer<uint8>());
    for (auto text : ddl_strings)
        record.*text = string();
    for (auto number : ddl_numbers)
        record.*number = integer<uint32>();
    record.role_count = integer<uint16>();
    auto roles = allocate<const char *>(record.role_count);
    for (uint16 i = 0; i < record.role_count; ++i)
        roles[i] = string();
    record.roles = roles;
    return record;
}

StreamReader::StreamReader(const char *data, size_t size) : position_(data), end_(data + size)
{
    auto version = integer<uint8>();
    if (version != stream_version)
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                 errmsg("upstream sends stream format %u, but this worker reads format %u", version, stream_version),
                 errhint("Install the same version of pg_follower on both servers.")));
}

ReplicaEffects StreamReader::read_effects()
{
    ReplicaEffects effects;
    effects.count = integer<uint16>();
    effects.effects = allocate<ReplicaEffect>(effects.count);
    for (uint16 i = 0; i < effects.count; ++i) {
        effects.effects[i].kind = static_cast<EffectKind>(integer<uint8>());
        if (effects.effects[i].kind != EffectKind::trigger && effects.effects[i].kind != EffectKind::rule)
            malformed("what fires for rows is of an unknown kind");
        effects.effects[i].enabled = static_cast<char>(integer<uint8>());
        effects.effects[i].name = string();
    }
    return effects;
}

Record StreamReader::next_type()
{
    return static_cast<Record>(integer<uint8>());
}

template <typename Integer> Integer StreamReader::integer()
{
    need(sizeof(Integer));
    Integer value;
    memcpy(&value, position_, sizeof(Integer));
    position_ += sizeof(Integer);
    if constexpr (sizeof(Integer) == 8)
        return pg_ntoh64(value);
    else if constexpr (sizeof(Integer) == 4)
        return pg_ntoh32(value);
    else if constexpr (sizeof(Integer) == 2)
        return pg_ntoh16(value);
    else
        return value;
}

const char *StreamReader::string()
{
    auto stop = static_cast<const char *>(memchr(position_, '\0', end_ - position_));
    if (!stop)
        malformed("a string does not end");
    const char *start = position_;
    position_ = stop + 1;
    return start;
}

void StreamReader::need(size_t size)
{
    if (static_cast<size_t>(end_ - position_) < size)
        malformed("it ends too soon");
}

void StreamReader::malformed(const char *what)
{
    ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("malformed message in the stream from the upstream"),
                    errdetail_internal("In a message, %s.", what)));
    pg_unreachable();
}

} // namespace pg_follower
