// The columns of follower.follow, one line for each. See follow.hpp.
//
// A new figure of a follow has its place in a struct (Follow, or Figures in live.hpp), a line here, and a column in the
// extension script: of the table, and of follower.status() where it is to be seen.
#include "apply/state/follow.hpp"

#include "pg_follower/memory.hpp"
#include "pg_follower/names.hpp"

extern "C" {
#include "access/htup_details.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"
}

namespace pg_follower::apply {
namespace {

// How a member and the value of a column become each other. Texts may be null, and so may times and xids,
// which are 0 then.

struct Integer {
    static void read(int32 &to, Datum value, bool) { to = DatumGetInt32(value); }
    static Datum write(const int32 &from, bool &) { return Int32GetDatum(from); }
};

struct Number {
    static void read(int64 &to, Datum value, bool) { to = DatumGetInt64(value); }
    static Datum write(const int64 &from, bool &) { return Int64GetDatum(from); }
};

struct Boolean {
    static void read(bool &to, Datum value, bool) { to = DatumGetBool(value); }
    static Datum write(const bool &from, bool &) { return BoolGetDatum(from); }
};

struct NameValue {
    static void read(NameData &to, Datum value, bool) { to = *DatumGetName(value); }
    static Datum write(const NameData &from, bool &) { return NameGetDatum(&from); }
};

struct Text {
    static void read(const char *&to, Datum value, bool null) { to = null ? nullptr : TextDatumGetCString(value); }
    static Datum write(const char *const &from, bool &null)
    {
        null = !from;
        return from ? CStringGetTextDatum(from) : (Datum)0;
    }
};

struct Time {
    static void read(TimestampTz &to, Datum value, bool null) { to = null ? 0 : DatumGetTimestampTz(value); }
    static Datum write(const TimestampTz &from, bool &null)
    {
        null = from == 0;
        return TimestampTzGetDatum(from);
    }
};

struct Lsn {
    static void read(XLogRecPtr &to, Datum value, bool) { to = DatumGetLSN(value); }
    static Datum write(const XLogRecPtr &from, bool &) { return LSNGetDatum(from); }
};

struct Xid {
    static void read(FullTransactionId &to, Datum value, bool) { to = DatumGetFullTransactionId(value); }
    static Datum write(const FullTransactionId &from, bool &) { return FullTransactionIdGetDatum(from); }
};

struct ShortXid {
    static void read(TransactionId &to, Datum value, bool null)
    {
        to = null ? InvalidTransactionId : DatumGetTransactionId(value);
    }
    static Datum write(const TransactionId &from, bool &null)
    {
        null = !TransactionIdIsValid(from);
        return TransactionIdGetDatum(from);
    }
};

struct State {
    static void read(FollowState &to, Datum value, bool) { to = state_from_name(TextDatumGetCString(value)); }
    static Datum write(const FollowState &from, bool &) { return CStringGetTextDatum(state_name(from)); }
};

struct Phase {
    static constexpr const char *names[] = {"slot", "dump", "schema", "tables", "done"};
    static void read(CopyPhase &to, Datum value, bool)
    {
        const char *name = TextDatumGetCString(value);
        for (size_t i = 0; i < lengthof(names); ++i)
            if (strcmp(names[i], name) == 0) {
                to = static_cast<CopyPhase>(i);
                return;
            }
        ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("unrecognized phase \"%s\" of a copy", name)));
    }
    static Datum write(const CopyPhase &from, bool &) { return CStringGetTextDatum(names[static_cast<int>(from)]); }
};

struct Segment {
    static void read(dsm_handle &to, Datum value, bool) { to = static_cast<dsm_handle>(DatumGetInt64(value)); }
    static Datum write(const dsm_handle &from, bool &) { return Int64GetDatum(static_cast<int64>(from)); }
};

template <typename T> T &member(Follow &follow, T Follow::*which)
{
    return follow.*which;
}

template <typename T> T &member(Follow &follow, T Figures::*which)
{
    return follow.figures.*which;
}

struct Field {
    const char *column;
    void (*read)(Follow &follow, Datum value, bool null);
    Datum (*write)(Follow &follow, bool &null);
};

// The column of that name holds `Which`, a member of Follow or Figures, as `Kind` says.
template <typename Kind, auto Which> constexpr Field field(const char *column)
{
    return {column, [](Follow &follow, Datum value, bool null) { Kind::read(member(follow, Which), value, null); },
            [](Follow &follow, bool &null) { return Kind::write(member(follow, Which), null); }};
}

constexpr Field fields[] = {
    field<Integer, &Follow::id>("id"),
    field<NameValue, &Follow::name>("name"),
    field<Text, &Follow::conninfo>("conninfo"),
    field<Text, &Follow::upstream>("upstream"),
    field<NameValue, &Follow::slot>("slot_name"),
    field<Text, &Follow::origin>("origin_name"),
    field<Text, &Follow::upstream_system>("upstream_system"),
    field<Number, &Follow::upstream_timeline>("upstream_timeline"),
    field<Text, &Follow::upstream_origins>("upstream_origins"),
    field<Text, &Follow::existing>("existing"),
    field<Boolean, &Follow::allow_newer>("allow_newer"),
    field<Lsn, &Follow::start_lsn>("start_lsn"),
    field<Boolean, &Follow::enabled>("enabled"),
    field<State, &Follow::state>("state"),
    field<Segment, &Follow::segment>("segment"),
    field<Time, &Follow::started_at>("started_at"),
    field<Lsn, &Follow::single_until>("single_until"),
    field<Lsn, &Follow::blocked_lsn>("blocked_lsn"),
    field<Xid, &Follow::blocked_xid>("blocked_xid"),
    field<Lsn, &Follow::skip_lsn>("skip_lsn"),
    field<Text, &Follow::last_error>("last_error"),
    field<Text, &Follow::last_error_detail>("last_error_detail"),
    field<Text, &Follow::last_error_hint>("last_error_hint"),
    field<Text, &Follow::last_error_context>("last_error_context"),
    field<Time, &Follow::last_error_at>("last_error_at"),
    field<Text, &Follow::last_error_sqlstate>("last_error_sqlstate"),
    field<Text, &Follow::last_error_command>("last_error_command"),
    field<Text, &Follow::last_error_object>("last_error_object"),
    field<Text, &Follow::last_error_statement>("last_error_statement"),
    field<ShortXid, &Follow::last_error_xid>("last_error_xid"),
    field<Time, &Follow::last_error_committed_at>("last_error_committed_at"),
    field<Lsn, &Follow::last_error_lsn>("last_error_lsn"),
    field<Number, &Follow::last_error_count>("last_error_count"),
    field<Integer, &Follow::tries>("tries"),
    field<Time, &Follow::next_try_at>("next_try_at"),
    field<Time, &Follow::last_error_resolved_at>("last_error_resolved_at"),
    field<Phase, &Follow::copy_phase>("copy_phase"),
    field<Lsn, &Figures::received_lsn>("received_lsn"),
    field<Lsn, &Figures::applied_lsn>("applied_lsn"),
    field<Time, &Figures::last_commit_at>("last_commit_at"),
    field<Time, &Figures::last_message_at>("last_message_at"),
    field<Time, &Figures::caught_up_at>("caught_up_at"),
    field<Number, &Figures::transactions>("transactions"),
    field<Number, &Figures::rows_applied>("rows_applied"),
    field<Number, &Figures::rows_missing>("rows_missing"),
    field<Number, &Figures::ddl_applied>("ddl_applied"),
    field<Number, &Follow::large_objects>("large_objects"),
    field<Text, &Follow::upstream_slots>("upstream_slots"),
    field<Text, &Follow::sync_error>("sync_error"),
};

[[noreturn]] void raise_other_version(const char *detail, const char *column)
{
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("extension \"%s\" of this database and its library are of different versions", extension_name),
             errdetail_internal(detail, column), errhint("Run ALTER EXTENSION %s UPDATE.", extension_name)));
    pg_unreachable();
}

const Field &field_of(const char *column)
{
    for (const Field &field : fields)
        if (strcmp(field.column, column) == 0)
            return field;
    raise_other_version("The library does not know column \"%s\" of the extension's tables and views.", column);
}

// Calls visit(field, place) for each column of the table, whose place in a row is `place`.
template <typename Visit> void visit_columns(TupleDesc description, Visit visit)
{
    for (int place = 0; place < description->natts; ++place)
        if (!TupleDescAttr(description, place)->attisdropped)
            visit(field_of(NameStr(TupleDescAttr(description, place)->attname)), place);
}

// The same, after a look at whether the columns are those that the library knows. Values of others are not looked at.
template <typename Visit> void for_each_column(TupleDesc description, Visit visit)
{
    bool found[lengthof(fields)] = {};
    visit_columns(description, [&](const Field &field, int) { found[&field - fields] = true; });
    for (size_t i = 0; i < lengthof(fields); ++i)
        if (!found[i])
            raise_other_version("The library expects a column \"%s\" of follower.follow.", fields[i].column);
    visit_columns(description, visit);
}

} // namespace

Follow *follow_from_tuple(TupleDesc description, HeapTuple tuple)
{
    auto values = allocate<Datum>(description->natts);
    auto nulls = allocate<bool>(description->natts);
    heap_deform_tuple(tuple, description, values, nulls);
    auto follow = allocate_zeroed<Follow>();
    for_each_column(description,
                    [&](const Field &field, int place) { field.read(*follow, values[place], nulls[place]); });
    return follow;
}

HeapTuple tuple_from_follow(TupleDesc description, const Follow &follow)
{
    auto values = allocate_zeroed<Datum>(description->natts);
    auto nulls = allocate<bool>(description->natts);
    memset(nulls, true, description->natts);
    for_each_column(description, [&](const Field &field, int place) {
        nulls[place] = false;
        values[place] = field.write(const_cast<Follow &>(follow), nulls[place]);
    });
    return heap_form_tuple(description, values, nulls);
}

Datum value_of(const Follow &follow, const char *column, bool &null)
{
    null = false;
    return field_of(column).write(const_cast<Follow &>(follow), null);
}

} // namespace pg_follower::apply
