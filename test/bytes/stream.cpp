// Target: the reader of the stream. An input is a message behind its version.
#include "server.hpp"

#include "pg_follower/stream.hpp"

namespace pg_follower::bytes {
namespace {

constexpr uint16 most_values = 32;

void touch_effects(const ReplicaEffects &effects)
{
    for (const ReplicaEffect &effect : effects)
        touch(effect.name);
}

void read_record(StreamReader &reader)
{
    switch (reader.next_type()) {
    case Record::begin:
        (void)reader.read_begin();
        return;
    case Record::commit:
        (void)reader.read_commit();
        return;
    case Record::part:
    case Record::stream_abort:
        (void)reader.read_part();
        return;
    case Record::stream_commit:
        (void)reader.read_stream_commit();
        return;
    case Record::statement: {
        StatementRecord record = reader.read_statement();
        for (const char *string : {record.schema, record.table, record.one, record.run})
            touch(string);
        touch_effects(record.effects);
        for (uint16 i = 0; i < record.parameter_count; ++i) {
            touch(record.parameters[i].column);
            touch(record.parameters[i].layout);
        }
        return;
    }
    case Record::row: {
        Value values[most_values];
        RowRecord record = reader.read_row(values, most_values);
        require(record.value_count <= most_values, "a row has no more values than there is room for");
        for (uint16 i = 0; i < record.value_count; ++i)
            if (values[i].data)
                touch(values[i].data, values[i].length);
        return;
    }
    case Record::truncate: {
        TruncateRecord record = reader.read_truncate();
        touch(record.sql);
        for (uint16 i = 0; i < record.relation_count; ++i) {
            touch(record.relations[i].schema);
            touch(record.relations[i].table);
            touch_effects(record.relations[i].effects);
        }
        return;
    }
    case Record::ddl: {
        DdlMessage record = reader.read_ddl();
        for (auto string : ddl_strings)
            touch(record.*string);
        for (uint16 i = 0; i < record.role_count; ++i)
            touch(record.roles[i]);
        return;
    }
    }
    ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("unrecognized record")));
}

void read_message(const char *data, size_t size)
{
    auto message = static_cast<char *>(palloc(size + 1));
    message[0] = static_cast<char>(stream_version);
    memcpy(message + 1, data, size);
    StreamReader reader(message, size + 1);
    while (!reader.at_end())
        read_record(reader);
}

} // namespace

Outcome run_target(const uint8_t *data, size_t size)
{
    Outcome outcome = read_input(data, size, read_message);
    require(!outcome.refused || outcome.sqlstate == ERRCODE_PROTOCOL_VIOLATION,
            "what is refused violates the protocol");
    // An array may have 65535 entries before it turns out that the message is shorter.
    require(outcome.allocated < 4 * 1024 * 1024 + 64 * size, "memory is bounded by the size of the message");
    return outcome;
}

} // namespace pg_follower::bytes
