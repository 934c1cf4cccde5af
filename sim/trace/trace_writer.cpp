// SPDX-License-Identifier: Apache-2.0
#include "sim/trace/trace_writer.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "sim/trace/trace_content.hpp"

namespace eastwest {

namespace {

constexpr std::size_t kWakeBytes = 256u << 10;       // less than this waits for the thread to look by itself, which saves wake-ups
constexpr std::size_t kCheckpointBytes = 32u << 20;  // rows since the last flush: bounds what HDF5 holds unflushed
constexpr auto kLook = std::chrono::milliseconds(100);

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

/// An open descriptor that holds the right to write a file; closing it gives the right up.
class WriteClaim {
 public:
  static Result<WriteClaim> take(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode))
      return Error{"cannot write " + path + ": it is not a regular file", "name another place for the trace with -o"};
    WriteClaim claim;
    claim.fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (claim.fd_ < 0)
      return Error{"cannot write " + path + ": " + std::strerror(errno), "name a folder that exists and may be written, with -o"};
    // A lock of the open file (not flock, which h5py takes to read): two runs never write one file, readers may look.
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (fcntl(claim.fd_, F_OFD_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES))
      return Error{"cannot write " + path + ": another run is writing it", "wait for that run or name another place with -o"};
    return claim;
  }
  WriteClaim(WriteClaim&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  WriteClaim& operator=(WriteClaim&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~WriteClaim() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int descriptor() const { return fd_; }

 private:
  WriteClaim() = default;
  int fd_ = -1;
};

/// While it lives the thread takes no signals: Ctrl-C goes to another thread, and a file size limit becomes an error value.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() {
    sigset_t size_limit;
    sigemptyset(&size_limit);
    sigaddset(&size_limit, SIGXFSZ);
    const timespec now{};
    while (sigtimedwait(&size_limit, nullptr, &now) > 0) {}
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_;
};

}  // namespace

struct TraceWriter::State {
  State(hdf5::File&& opened, WriteClaim&& held, const TraceInfo& info)
      : file(std::move(opened)),
        claim(std::move(held)),
        path(info.path),
        partial(info.path + ".partial"),
        link_count(info.fabric.links.size()),
        tables(link_count, info.compression),
        checkpoint_period(info.checkpoint_seconds),
        queue_bytes_max(info.queue_bytes_max) {
    for (const Collective& c : info.workload.schedule.collectives) sizes.push_back({c.bytes, c.bus_factor});
  }

  // Of the thread that writes: the caller's in `open` and after the join, else `thread`.
  hdf5::File file;
  WriteClaim claim;
  const std::string path, partial;
  const std::size_t link_count;
  TraceTables tables;
  std::vector<CollectiveSize> sizes;
  const double checkpoint_period;
  Status status = Done{};

  const std::size_t queue_bytes_max;
  std::mutex mutex;  // over what follows down to `stopping`
  std::condition_variable work, room;
  std::deque<RecordBatch> queue;
  std::size_t queued_bytes = 0;  // waiting or being written
  std::size_t queued_bytes_peak = 0;
  bool pressed = false;  // `push` waits for room
  bool stopping = false;

  std::atomic<bool> failed{false};
  std::thread thread;

  Status create();
  void run();
  void fail(Status why);
  Status put(const RecordBatch& batch);
  void stop();
  Status seal(const RunResult& result, double wall_seconds);
};

Status TraceWriter::State::create() {
  for (TraceTable* table : tables.all()) {
    Status made = table->create(file);
    if (!made) return made;
  }
  for (const char* name : {"utilization", "queue_bytes_max", "drops", "ecn_marks", "pfc_pause"}) {
    Status attached =
        link_count == 0 ? Status{Done{}} : file.attach_scale(std::string("/links/") + name, "/meta/fabric/links/id", 1, "link");
    if (!attached) return attached;
  }
  return tables.checkpoint(file, false);
}

void TraceWriter::State::fail(Status why) {
  status = std::move(why);
  failed.store(true);
  file.discard();
}

Status TraceWriter::State::put(const RecordBatch& batch) {
  append_rows(tables, batch, sizes, link_count);
  for (TraceTable* table : tables.all()) {
    Status written = table->write_full_chunks(file);
    if (!written) return written;
  }
  return Done{};
}

void TraceWriter::State::run() {
  using Clock = std::chrono::steady_clock;
  Clock::time_point flushed = Clock::now();
  std::size_t bytes_unflushed = 0;
  const auto checkpoint_when_due = [&](bool last) {
    if (bytes_unflushed == 0 || failed) return;
    const bool due =
        last || bytes_unflushed >= kCheckpointBytes || std::chrono::duration<double>(Clock::now() - flushed).count() >= checkpoint_period;
    if (!due) return;
    Status done = tables.checkpoint(file, false);
    if (!done) fail(std::move(done));
    bytes_unflushed = 0;
    flushed = Clock::now();
  };
  for (bool last = false; !last;) {
    std::deque<RecordBatch> taken;
    {
      std::unique_lock lock(mutex);
      work.wait_for(lock, kLook, [this] { return stopping || pressed || queued_bytes >= kWakeBytes; });
      taken.swap(queue);
      last = stopping;
    }
    for (RecordBatch& batch : taken) {
      const std::size_t bytes = byte_size(batch);
      if (!failed) {
        Status done = put(batch);
        if (!done) fail(std::move(done));
      }
      batch = RecordBatch{};
      bytes_unflushed += bytes;
      {
        const std::lock_guard guard(mutex);
        queued_bytes -= bytes;
      }
      room.notify_one();
      checkpoint_when_due(false);
    }
    checkpoint_when_due(last);
  }
}

void TraceWriter::State::stop() {
  if (!thread.joinable()) return;
  {
    const std::lock_guard guard(mutex);
    stopping = true;
  }
  work.notify_one();
  thread.join();
}

Status TraceWriter::State::seal(const RunResult& result, double wall_seconds) {
  Status done = tables.checkpoint(file, true);
  if (done) done = write_result(file, result);
  if (done) done = file.flush();
  // All rows and totals are on disk before anything says that the trace is complete.
  if (done) done = write_final_attributes(file, result, wall_seconds);
  if (done) done = file.close();
  if (!done) {
    fail(done);
    return done;
  }
  // The name changes only when the content is durable.
  if (fsync(claim.descriptor()) != 0 || std::rename(partial.c_str(), path.c_str()) != 0)
    return Error{"cannot complete " + path + ": " + std::strerror(errno), "the rows are in " + partial};
  const int folder = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    ::close(folder);
  }
  return Done{};
}

TraceWriter::TraceWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
TraceWriter::TraceWriter(TraceWriter&&) noexcept = default;
TraceWriter& TraceWriter::operator=(TraceWriter&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}
TraceWriter::~TraceWriter() { abandon(); }

Result<TraceWriter> TraceWriter::open(const TraceInfo& info) {
  const SignalsHeld held;
  struct stat final_name{};
  if (::stat(info.path.c_str(), &final_name) == 0 && S_ISDIR(final_name.st_mode))
    return Error{"cannot write " + info.path + ": it is a folder", "name a file for the trace with -o"};
  const std::string partial = info.path + ".partial";
  Result<WriteClaim> claim = WriteClaim::take(partial);
  if (!claim) return claim.error();
  Result<hdf5::File> file = hdf5::File::create(partial);
  if (!file) return file.error();
  auto state = std::make_unique<State>(std::move(*file), std::move(*claim), info);
  Status status = write_meta(state->file, info);
  if (status) status = state->create();
  if (!status) {
    state->file.discard();
    return status.error();
  }
  State* const target = state.get();
  state->thread = std::thread([target] {
    const SignalsHeld quiet;
    target->run();
  });
  return TraceWriter(std::move(state));
}

void TraceWriter::push(RecordBatch&& batch) {
  State& state = *state_;
  if (batch.empty() || state.failed.load(std::memory_order_relaxed)) return;
  const std::size_t bytes = byte_size(batch);
  bool wake = false;
  {
    std::unique_lock lock(state.mutex);
    // A batch larger than the whole bound goes in alone.
    const auto fits = [&] { return state.queued_bytes == 0 || state.queued_bytes + bytes <= state.queue_bytes_max; };
    if (!fits()) {
      state.pressed = true;
      state.work.notify_one();
      state.room.wait(lock, fits);
      state.pressed = false;
    }
    state.queue.push_back(std::move(batch));
    state.queued_bytes += bytes;
    state.queued_bytes_peak = std::max(state.queued_bytes_peak, state.queued_bytes);
    wake = state.queued_bytes >= kWakeBytes;
  }
  if (wake) state.work.notify_one();
}

Status TraceWriter::finish(const RunResult& result, double wall_seconds) {
  EASTWEST_CHECK(state_ != nullptr, "a trace is finished or abandoned once");
  const SignalsHeld held;
  state_->stop();
  Status status = state_->failed ? state_->status : state_->seal(result, wall_seconds);
  state_.reset();
  return status;
}

void TraceWriter::abandon() {
  if (!state_) return;
  const SignalsHeld held;
  state_->stop();
  if (!state_->failed && state_->tables.checkpoint(state_->file, true)) static_cast<void>(state_->file.close());
  state_->file.discard();
  state_.reset();
}

bool TraceWriter::failed() const { return state_ == nullptr || state_->failed; }
std::string TraceWriter::partial_path() const { return state_->partial; }
std::size_t TraceWriter::queued_bytes_peak() const {
  const std::lock_guard guard(state_->mutex);
  return state_->queued_bytes_peak;
}

}  // namespace eastwest
