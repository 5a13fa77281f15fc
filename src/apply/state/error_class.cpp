// The one table of errors. See error_class.hpp.
#include "apply/state/error_class.hpp"

namespace pg_follower::apply {
namespace {

struct ErrorClass {
    int sqlstate;
    bool whole_class; // all errors with its first two characters
    ErrorMeaning meaning;
};

// The first line that fits counts. What no line fits is lasting.
constexpr ErrorClass error_classes[] = {
    {errcode_begin_anew, false, ErrorMeaning::final},
    {ERRCODE_PROTOCOL_VIOLATION, false, ErrorMeaning::protocol},
    {ERRCODE_CONNECTION_EXCEPTION, true, ErrorMeaning::connection},
    {ERRCODE_DATA_EXCEPTION, true, ErrorMeaning::value},
    {ERRCODE_TRANSACTION_ROLLBACK, true, ErrorMeaning::moment},
    {ERRCODE_INSUFFICIENT_RESOURCES, true, ErrorMeaning::moment},
    {ERRCODE_PROGRAM_LIMIT_EXCEEDED, true, ErrorMeaning::value},
    {ERRCODE_OBJECT_IN_USE, false, ErrorMeaning::in_use},
    {ERRCODE_LOCK_NOT_AVAILABLE, false, ErrorMeaning::moment},
    {ERRCODE_OPERATOR_INTERVENTION, true, ErrorMeaning::moment},
    // A file that a command names, such as the library of a function.
    {ERRCODE_UNDEFINED_FILE, false, ErrorMeaning::lasting},
    {ERRCODE_SYSTEM_ERROR, true, ErrorMeaning::moment},
    {ERRCODE_PLPGSQL_ERROR, true, ErrorMeaning::value},
};

} // namespace

ErrorMeaning meaning_of(int sqlstate)
{
    for (const ErrorClass &entry : error_classes)
        if (entry.sqlstate == (entry.whole_class ? ERRCODE_TO_CATEGORY(sqlstate) : sqlstate))
            return entry.meaning;
    return ErrorMeaning::lasting;
}

bool may_pass(int sqlstate, bool applying)
{
    switch (meaning_of(sqlstate)) {
    case ErrorMeaning::moment:
    case ErrorMeaning::connection:
    case ErrorMeaning::in_use:
        return true;
    case ErrorMeaning::protocol:
        return !applying;
    case ErrorMeaning::final:
    case ErrorMeaning::lasting:
    case ErrorMeaning::value:
        break;
    }
    return false;
}

bool is_of_the_moment(int sqlstate)
{
    return meaning_of(sqlstate) == ErrorMeaning::moment;
}

} // namespace pg_follower::apply
