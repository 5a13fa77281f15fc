// The key that authenticates DDL messages. See src/common/authentication.cpp.
#pragma once

#include "pg_follower/pg.hpp"

namespace pg_follower {

constexpr size_t message_key_size = 32; // bytes
constexpr size_t message_mac_size = 32; // HMAC-SHA-256

// Reads this database's key, in a backend as well as under the historic snapshot of logical decoding. Returns false
// where the extension is not installed.
bool read_message_key(uint8 (&key)[message_key_size]);

// Whether this database has a key.
bool has_message_key();

// HMAC-SHA-256 (RFC 2104, the server's common/hmac.h) of `size` bytes at `data` under the key.
void compute_mac(const uint8 (&key)[message_key_size], const void *data, size_t size, uint8 (&mac)[message_mac_size]);

// Compares in constant time.
bool macs_equal(const uint8 *left, const uint8 *right);

} // namespace pg_follower
