// Watches over an upstream that the worker waits for, and over the distance to it.
#pragma once

#include "pg_follower/pg.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace pg_follower::apply {

// An upstream that sends nothing may have nothing to send, or may be gone. After half of wal_receiver_timeout it is
// asked for a sign of life, and after the other half it counts as lost. While this process works on something long the
// upstream may have to wait, so only the time counts in which the worker waited for it.
class SilenceWatch {
  public:
    // A message has come.
    void heard() { waits_since_ = 0; }
    // No message is there. Returns whether the upstream is to be asked now. Raises ERRCODE_CONNECTION_FAILURE where it
    // has been silent for too long.
    bool waits(TimestampTz now);
    // Milliseconds until waits() has something to do; -1 if it never has.
    long milliseconds_left(TimestampTz now) const;

  private:
    TimestampTz waits_since_ = 0; // 0 while it is not waited for
    bool asked_ = false;
};

// Writes a WARNING to the log where everything before `applied` is here and the upstream is further than
// pg_follower.max_lag_bytes by now; once a minute at most, since it asks the upstream over another connection.
class LagWatch {
  public:
    void check(const char *follow, const char *conninfo, XLogRecPtr applied, TimestampTz now);

  private:
    TimestampTz checked_at_ = 0;
};

} // namespace pg_follower::apply
