// What a failed try means for its follow: whether there is a next one, when, and what people are told.
#pragma once

#include "apply/state/follow.hpp"
#include "apply/worker/transaction.hpp"

namespace pg_follower::apply {

struct Verdict {
    FollowState state = FollowState::failed; // or retrying
    bool is_new = true;                      // the error is not the one of the try before, so the log gets it
    XLogRecPtr unclear_until = 0;            // see Applier::unclear_until()
    bool at_once = false;                    // the next try is to find out what has failed
    bool skips = false;                      // the next try leaves the transaction out
    const char *remedy = nullptr;            // which calls go on; null where the error's own hint says so
};

// Decides on the error that has ended this process, which applies for the follow with that row, and notes the error in
// the row. Outside of the transaction in which it was raised.
Verdict judge(Follow &row, const ErrorData &error, const Applier &applier);

// Tells the log what is new: one line for an error, and one for the end of the follow.
void report(const Verdict &verdict, const ErrorData &error, const Applier &applier, const char *follow,
            const char *database);

// Writes the error to the log as it was raised.
void report_error(const ErrorData &error, const char *context);

} // namespace pg_follower::apply
