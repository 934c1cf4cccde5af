// SPDX-License-Identifier: Apache-2.0
// Run board: the programs that a server has started, what they last said, and who waits for his turn.
//
// A run is `eastwest run` in a process and a folder of its own: whatever happens to it, the server stands, and what happens to the server changes no
// result: runs are told to end when it dies. At most `runs_at_once` run, at most `runs_waiting` wait. Cancelling sends SIGINT, which leaves a readable trace.
// Makers of pages are processes too (`eastwest report`). Everything here is called from one thread; nothing blocks.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eastwest::cli {

enum class RunState : std::uint8_t { waiting, running, done, failed, cancelled };
std::string_view to_string(RunState state);

struct BoardRun {
  std::uint32_t id = 0;
  std::string name;
  std::string folder;  // below the results
  std::filesystem::path scenario;
  RunState state = RunState::waiting;
  bool cancel_asked = false;
  int exit_code = -1;
  int process = -1;
  int pipe = -1;                                         // of its live feed; -1: closed
  std::string unread;                                    // of the feed, up to the end of a line
  std::shared_ptr<const std::string> start;              // the feed's first line
  std::deque<std::shared_ptr<const std::string>> lines;  // its last ones
  std::size_t line_bytes = 0;                            // of `lines`
  std::string last;                                      // the newest
};

struct BoardLimits {
  std::size_t runs_at_once = 1;
  std::size_t runs_waiting = 16;
  std::size_t runs_kept = 200;  // that ended
  std::size_t line_bytes = 256 * 1024;
  std::size_t lines_kept = 600;
  std::uint64_t memory_bytes = 0;  // of a run's data; 0: no limit
  std::uint64_t file_bytes = 0;    // of a file that it writes
  unsigned threads = 0;            // of a run; 0: all
};

class RunBoard {
 public:
  RunBoard(std::string program, std::filesystem::path results, BoardLimits limits);
  ~RunBoard();
  RunBoard(const RunBoard&) = delete;
  RunBoard& operator=(const RunBoard&) = delete;

  /// A run of `scenario` waits for its turn: its id, or nothing when too many wait. `text` is put into its folder as the scenario, when not empty.
  std::optional<std::uint32_t> add(const std::string& name, const std::filesystem::path& scenario, const std::string& text);
  /// Starts what may start; the ids whose pipes are new.
  std::vector<std::uint32_t> start_waiting();
  bool cancel(std::uint32_t id);
  void cancel_all();
  void kill_all();
  /// Takes note of what ended; ids of runs whose state changed.
  std::vector<std::uint32_t> reap();
  [[nodiscard]] bool any_running() const;
  [[nodiscard]] BoardRun* find(std::uint32_t id);
  [[nodiscard]] const std::map<std::uint32_t, BoardRun>& runs() const { return runs_; }
  /// Bytes of a run's feed: the whole lines in them, kept for who comes later.
  std::vector<std::shared_ptr<const std::string>> feed(std::uint32_t id, std::string_view bytes);

  /// A page at `output`, made by the program with `arguments`; `key` names it and `stamp` what it is made of: of another stamp it is made again. At
  /// most two are made at a time.
  enum class Making : std::uint8_t { ready, busy, failed };
  Making page(const std::string& key, const std::string& stamp, const std::vector<std::string>& arguments,
              const std::filesystem::path& output, const std::filesystem::path& log);

 private:
  int spawn(const std::vector<std::string>& arguments, const std::filesystem::path& folder, const std::filesystem::path& log, int feed);
  void forget_old();

  std::string program_;
  std::filesystem::path results_;
  BoardLimits limits_;
  std::map<std::uint32_t, BoardRun> runs_;
  std::uint32_t next_ = 1;
  struct Made {
    std::string stamp;
    int exit_code = 0;
  };
  std::map<int, std::pair<std::string, std::string>> makers_;  // key and stamp by process
  std::map<std::string, Made> made_;                           // by key
};

}  // namespace eastwest::cli
