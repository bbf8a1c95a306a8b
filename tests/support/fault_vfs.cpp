#include "support/fault_vfs.h"

#include <atomic>
#include <cstring>
#include <sqlite3.h>

namespace waypost::test {

namespace {

std::atomic<Fault> armed{Fault::Write};
std::atomic<long long> left{0}, following{0}, fired{0};

bool strikes() {
    long long before = left.load();
    if (before <= 0) return false;
    before = left.fetch_sub(1);
    if (before > 1 || before <= 0) return false;
    if (following.fetch_sub(1) > 1) left.store(1); // the next one, too
    ++fired;
    return true;
}

int writeFault() {
    switch (armed.load()) {
    case Fault::Write: return strikes() ? SQLITE_IOERR_WRITE : SQLITE_OK;
    case Fault::Full: return strikes() ? SQLITE_FULL : SQLITE_OK;
    case Fault::ReadOnly: return strikes() ? SQLITE_READONLY : SQLITE_OK;
    case Fault::Read: return SQLITE_OK;
    }
    return SQLITE_OK;
}

// The real file stands right behind it.
struct File {
    sqlite3_file base;
    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
sqlite3_file* realOf(sqlite3_file* f) {
    return reinterpret_cast<File*>(f)->real();
}

int closeFile(sqlite3_file* f) {
    return realOf(f)->pMethods->xClose(realOf(f));
}
int readFile(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
    if (armed.load() == Fault::Read && strikes()) return SQLITE_IOERR_READ;
    return realOf(f)->pMethods->xRead(realOf(f), to, n, at);
}
int writeFile(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
    int code = writeFault();
    if (code == SQLITE_OK) return realOf(f)->pMethods->xWrite(realOf(f), from, n, at);
    // A disk that fails may have taken a part.
    if (n > 1) realOf(f)->pMethods->xWrite(realOf(f), from, n / 2, at);
    return code;
}
int truncateFile(sqlite3_file* f, sqlite3_int64 size) {
    int code = writeFault();
    return code == SQLITE_OK ? realOf(f)->pMethods->xTruncate(realOf(f), size) : SQLITE_IOERR_TRUNCATE;
}
int syncFile(sqlite3_file* f, int flags) {
    int code = writeFault();
    return code == SQLITE_OK ? realOf(f)->pMethods->xSync(realOf(f), flags) : SQLITE_IOERR_FSYNC;
}
int fileSize(sqlite3_file* f, sqlite3_int64* size) {
    return realOf(f)->pMethods->xFileSize(realOf(f), size);
}
int lockFile(sqlite3_file* f, int level) {
    return realOf(f)->pMethods->xLock(realOf(f), level);
}
int unlockFile(sqlite3_file* f, int level) {
    return realOf(f)->pMethods->xUnlock(realOf(f), level);
}
int checkLock(sqlite3_file* f, int* out) {
    return realOf(f)->pMethods->xCheckReservedLock(realOf(f), out);
}
int control(sqlite3_file* f, int op, void* arg) {
    return realOf(f)->pMethods->xFileControl(realOf(f), op, arg);
}
int sectorSize(sqlite3_file* f) {
    return realOf(f)->pMethods->xSectorSize(realOf(f));
}
int traits(sqlite3_file* f) {
    return realOf(f)->pMethods->xDeviceCharacteristics(realOf(f));
}
int shmMap(sqlite3_file* f, int region, int size, int extend, void volatile** out) {
    return realOf(f)->pMethods->xShmMap(realOf(f), region, size, extend, out);
}
int shmLock(sqlite3_file* f, int offset, int n, int flags) {
    return realOf(f)->pMethods->xShmLock(realOf(f), offset, n, flags);
}
void shmBarrier(sqlite3_file* f) {
    realOf(f)->pMethods->xShmBarrier(realOf(f));
}
int shmUnmap(sqlite3_file* f, int drop) {
    return realOf(f)->pMethods->xShmUnmap(realOf(f), drop);
}

// Version 2: no memory mapping, so that every octet goes through xRead.
const sqlite3_io_methods methods{2,        closeFile,  readFile,  writeFile, truncateFile, syncFile, fileSize,
                                 lockFile, unlockFile, checkLock, control,   sectorSize,   traits,   shmMap,
                                 shmLock,  shmBarrier, shmUnmap,  nullptr,   nullptr};

int openFile(sqlite3_vfs* vfs, const char* name, sqlite3_file* f, int flags, int* outFlags) {
    auto* real = static_cast<sqlite3_vfs*>(vfs->pAppData);
    f->pMethods = nullptr;
    int code = real->xOpen(real, name, realOf(f), flags, outFlags);
    if (realOf(f)->pMethods) f->pMethods = &methods;
    return code;
}

} // namespace

std::string faultVfs() {
    static sqlite3_vfs vfs;
    if (vfs.zName) return vfs.zName;
    sqlite3_initialize();
    sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
    vfs = *real;
    vfs.zName = "waypost-fault";
    vfs.pNext = nullptr;
    vfs.pAppData = real;
    vfs.szOsFile = int(sizeof(File)) + real->szOsFile;
    vfs.xOpen = openFile;
    sqlite3_vfs_register(&vfs, 0);
    return vfs.zName;
}

void armFault(Fault fault, long long n, long long burst) {
    left = 0;
    armed = fault;
    fired = 0;
    following = burst;
    left = n;
}

long long firedFaults() {
    return fired;
}

} // namespace waypost::test
