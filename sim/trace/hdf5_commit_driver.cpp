// SPDX-License-Identifier: Apache-2.0
// A file driver for HDF5: rows go to the file at once, structure goes to a CommitBuffer and to the file at each flush.
#include <H5FDpublic.h>
#include <hdf5.h>
#if H5_VERSION_GE(1, 14, 0)
#include <H5FDdevelop.h>
#endif

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "sim/trace/commit_buffer.hpp"
#include "sim/trace/hdf5_handles.hpp"

namespace eastwest::hdf5 {

namespace {

struct CommitFile {
  H5FD_t base;  // HDF5's own part: first
  int fd;
  haddr_t end_allocated;
  haddr_t end_written;    // of the file as HDF5 sees it
  haddr_t end_committed;  // of the part that the last flush left on disk
  std::uint64_t writes_left;
  bool discarded;  // nothing reaches the disk any more
  int* error;      // where the first failure goes (an errno value)
  CommitBuffer* held;
};

CommitFile* of(H5FD_t* file) { return reinterpret_cast<CommitFile*>(file); }
const CommitFile* of(const H5FD_t* file) { return reinterpret_cast<const CommitFile*>(file); }

/// HDF5 does not learn of a failed write: it would leak, and could fail again when it closes. The file stops where it is and
/// `error` tells the caller. Only what it must know (no file, no memory, nothing to read) is an error to HDF5 itself.
herr_t stop(CommitFile& file, int number) {
  file.discarded = true;
  if (file.error != nullptr && *file.error == 0) *file.error = number;
  return 0;
}

/// Leaves the system's reason on HDF5's own stack of errors, where `last_reason` finds it.
herr_t fail(const char* what, int number) {
  H5Epush2(H5E_DEFAULT, __FILE__, what, __LINE__, H5E_ERR_CLS, H5E_VFL, H5E_WRITEERROR, "%s: error message = '%s'", what,
           std::strerror(number));
  return -1;
}

herr_t write_now(CommitFile& file, haddr_t address, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::byte*>(data);
  while (size > 0) {
    if (file.writes_left == 0) file.discarded = true;
    if (file.discarded) return 0;
    --file.writes_left;
    const ssize_t count = pwrite(file.fd, bytes, size, static_cast<off_t>(address));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return stop(file, count == 0 ? ENOSPC : errno);
    bytes += count;
    address += static_cast<haddr_t>(count);
    size -= static_cast<std::size_t>(count);
  }
  return 0;
}

H5FD_t* open_file(const char* name, unsigned, hid_t, haddr_t) {
  const int fd = ::open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) {
    fail("open", errno);
    return nullptr;
  }
  auto* file = new (std::nothrow) CommitFile{};
  auto* held = new (std::nothrow) CommitBuffer;
  if (file == nullptr || held == nullptr) {
    delete file;
    delete held;
    ::close(fd);
    return nullptr;
  }
  file->fd = fd;
  file->writes_left = UINT64_MAX;
  file->held = held;
  return &file->base;
}

herr_t close_file(H5FD_t* base) {
  CommitFile* file = of(base);
  if (::close(file->fd) != 0 && !file->discarded) stop(*file, errno);
  delete file->held;
  delete file;
  return 0;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  // Not H5FD_FEAT_ACCUMULATE_METADATA: it would join old and new blocks into one write.
  if (flags != nullptr) *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

haddr_t get_eoa(const H5FD_t* base, H5FD_mem_t) { return of(base)->end_allocated; }
herr_t set_eoa(H5FD_t* base, H5FD_mem_t, haddr_t address) {
  of(base)->end_allocated = address;
  return 0;
}
haddr_t get_eof(const H5FD_t* base, H5FD_mem_t) { return of(base)->end_written; }
herr_t get_handle(H5FD_t* base, hid_t, void** handle) {
  *handle = of(base);
  return 0;
}

herr_t read_bytes(H5FD_t* base, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* into) {
  CommitFile& file = *of(base);
  auto* bytes = static_cast<std::byte*>(into);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = pread(file.fd, bytes + done, size - done, static_cast<off_t>(address + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail("pread", errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  std::memset(bytes + done, 0, size - done);  // beyond what is on disk
  file.held->overlay(address, {bytes, size});
  return 0;
}

herr_t write_bytes(H5FD_t* base, H5FD_mem_t type, hid_t, haddr_t address, std::size_t size, const void* data) {
  CommitFile& file = *of(base);
  file.end_written = std::max<haddr_t>(file.end_written, address + size);
  if (type == H5FD_MEM_DRAW) return write_now(file, address, data, size);
  try {
    file.held->put(address, {static_cast<const std::byte*>(data), size});
  } catch (const std::bad_alloc&) {
    return fail("hold back", ENOMEM);
  }
  return 0;
}

herr_t commit(H5FD_t* base, hid_t, hbool_t) {
  CommitFile& file = *of(base);
  if (file.discarded) return 0;
  const auto end = static_cast<off_t>(file.end_allocated);
  // The room for all that is new is taken first: a full disk is met here, before anything of the old has changed.
  struct stat info{};
  const auto from = static_cast<off_t>(file.end_committed);
  if (end > from && fallocate(file.fd, 0, from, end - from) != 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
    return stop(file, errno);
  if (fstat(file.fd, &info) != 0 || (info.st_size != end && ftruncate(file.fd, end) != 0)) return stop(file, errno);
  for (const CommitBuffer::Block& block : file.held->ordered(file.end_committed))
    write_now(file, block.address, block.bytes.data(), block.bytes.size());
  if (file.discarded) return 0;
  file.held->clear();
  file.end_committed = file.end_written = file.end_allocated;
  return 0;
}

herr_t truncate_file(H5FD_t* base, hid_t, hbool_t) {
  of(base)->end_written = of(base)->end_allocated;  // the file itself is given its length in `commit`
  return 0;
}

H5FD_class_t driver_class() {
  H5FD_class_t c{};
#if H5_VERSION_GE(1, 14, 0)
  c.version = H5FD_CLASS_VERSION;
  c.value = static_cast<H5FD_class_value_t>(600);  // in the range that HDF5 leaves to others
#endif
  c.name = "eastwest-commit";
  c.maxaddr = static_cast<haddr_t>(INT64_MAX);
  c.fc_degree = H5F_CLOSE_STRONG;
  c.open = open_file;
  c.close = close_file;
  c.query = query;
  c.get_eoa = get_eoa;
  c.set_eoa = set_eoa;
  c.get_eof = get_eof;
  c.get_handle = get_handle;
  c.read = read_bytes;
  c.write = write_bytes;
  c.flush = commit;
  c.truncate = truncate_file;
  const H5FD_mem_t map[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(map), std::end(map), std::begin(c.fl_map));
  return c;
}

CommitFile* commit_file(hid_t file) {
  void* handle = nullptr;
  return file >= 0 && H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) >= 0 ? static_cast<CommitFile*>(handle) : nullptr;
}

}  // namespace

Handle commit_driver() {
  static const H5FD_class_t kClass = driver_class();
  return Handle(H5FDregister(&kClass));
}

void watch_errors(hid_t file, int* into) {
  if (CommitFile* target = commit_file(file)) target->error = into;
}

void stop_writing_after(hid_t file, std::uint64_t writes) {
  if (CommitFile* target = commit_file(file)) target->writes_left = writes;
}

void stop_writing(hid_t file) {
  if (CommitFile* target = commit_file(file)) target->discarded = true;
}

}  // namespace eastwest::hdf5
