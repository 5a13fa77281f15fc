// Extensions that the upstream creates or updates, and this server may lack.
#pragma once

#include "pg_follower/ddl_message.hpp"

namespace pg_follower::apply {

// Raises an error with the package to install, as far as it can be known, where a CREATE EXTENSION or ALTER EXTENSION
// needs an extension, or a version of it, that this server does not have. Other statements pass.
void require_extension(const DdlMessage &record);

// Whether this server can create the extension in that version.
bool has_extension_files(const char *extension, const char *version);

// What Debian most likely calls the package of the extension.
const char *debian_package(const char *extension);

} // namespace pg_follower::apply
