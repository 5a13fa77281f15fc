// Short pauses of a process that waits for something nobody will tell it.
#pragma once

namespace pg_follower::apply {

// How often who waits like that looks again.
constexpr long poll_milliseconds = 20;

// Sleeps for so long at most, or until the process's latch is set. Interrupts are served.
void pause_briefly(long milliseconds);

} // namespace pg_follower::apply
