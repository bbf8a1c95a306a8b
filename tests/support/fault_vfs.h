// A SQLite VFS over the default one whose n-th call to the disk fails: for tests of what the store does then.
// Registered once; counted over all its files. Thread rule: arm() and fired() from any thread.
#pragma once

#include <string>

namespace waypost::test {

enum class Fault {
    Write,    // an I/O error of write, sync or truncate
    Full,     // no space left
    Read,     // an I/O error of read
    ReadOnly, // the file system became read-only
};

// Name for WorkspaceOptions::vfs.
std::string faultVfs();
// The n-th call of that sort from now on fails, and `burst` - 1 more behind it; n 0: none does.
void armFault(Fault fault, long long n, long long burst = 1);
// How many calls failed since armFault().
long long firedFaults();

} // namespace waypost::test
