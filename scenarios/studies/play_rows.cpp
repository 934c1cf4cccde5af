// SPDX-License-Identifier: Apache-2.0
#include "scenarios/studies/play_rows.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <list>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "scenarios/expand.hpp"
#include "scenarios/runner.hpp"
#include "scenarios/site_builder.hpp"
#include "sim/simulation.hpp"

namespace eastwest {

namespace {

constexpr std::uint64_t kFirstGuessPerGpu = std::uint64_t{2} << 20;
constexpr std::uint64_t kLeastNeed = std::uint64_t{32} << 20;
constexpr double kShareOfFree = 0.8;

std::uint64_t free_memory() {
  std::ifstream in("/proc/meminfo");
  std::string word;
  while (in >> word)
    if (word == "MemAvailable:") {
      std::uint64_t kib = 0;
      in >> kib;
      return kib << 10;
    }
  return std::uint64_t{4} << 30;
}

std::uint64_t peak_memory() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) << 10;
}

/// Lets rows in while their needs fit the budget.
class MemoryGate {
 public:
  explicit MemoryGate(std::uint64_t budget)
      : budget_(budget != 0 ? budget : static_cast<std::uint64_t>(kShareOfFree * static_cast<double>(free_memory()))),
        before_(peak_memory()) {}

  void enter(std::uint64_t gpus) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return gpus_ == 0 || need(gpus_ + gpus) <= budget_; });
    gpus_ += gpus;
    most_gpus_ = std::max(most_gpus_, gpus_);
  }
  void leave(std::uint64_t gpus) {
    {
      const std::lock_guard lock(mutex_);
      const std::uint64_t grown = peak_memory() - std::min(before_, peak_memory());
      seen_per_gpu_ = std::max(seen_per_gpu_, grown / std::max<std::uint64_t>(most_gpus_, 1));
      gpus_ -= gpus;
    }
    changed_.notify_all();
  }

 private:
  [[nodiscard]] std::uint64_t need(std::uint64_t gpus) const {
    return std::max(kLeastNeed, gpus * (seen_per_gpu_ != 0 ? seen_per_gpu_ : kFirstGuessPerGpu));
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t budget_;
  std::uint64_t before_;
  std::uint64_t gpus_ = 0;  // of the rows inside
  std::uint64_t most_gpus_ = 0;
  std::uint64_t seen_per_gpu_ = 0;
};

/// What rows of equal sites share.
struct BuiltOnce {
  std::shared_ptr<const Fabric> fabric;  // nullptr: it cannot be built
  PlantCounts plant;
};

/// Fabrics by the text of their site; the last few that were used stay.
class FabricStore {
 public:
  explicit FabricStore(std::size_t kept) : kept_(kept) {}

  BuiltOnce get(const Site& site, Diagnostics& diagnostics) {
    const std::string key = site.directory + "\n" + expand_site(site);
    const std::lock_guard lock(mutex_);
    for (auto at = entries_.begin(); at != entries_.end(); ++at)
      if (at->first == key) {
        entries_.splice(entries_.begin(), entries_, at);
        return entries_.front().second;
      }
    std::optional<BuiltSite> whole = build_site(site, diagnostics);
    if (!whole) return {};
    BuiltSite part = part_built(std::move(*whole));
    const PlantCounts plant = plant_counts(part.plant);
    entries_.emplace_front(key, BuiltOnce{std::make_shared<const Fabric>(std::move(part.fabric)), plant});
    if (entries_.size() > kept_) entries_.pop_back();
    return entries_.front().second;
  }

 private:
  std::mutex mutex_;
  std::size_t kept_;
  std::list<std::pair<std::string, BuiltOnce>> entries_;
};

/// Places are left out: they are written as the user called the file, and a row must not depend on that.
std::string first_error(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.all())
    if (text.empty() && diagnostic.severity == Severity::error) text = diagnostic.message;
  if (diagnostics.error_count() > 1) text += " (and " + std::to_string(diagnostics.error_count() - 1) + " more)";
  return text;
}

class Player {
 public:
  Player(const Study& study, std::span<const std::uint64_t> rows, const PlayOptions& options, StudyProgress& progress,
         const std::function<Status(const StudyRow&)>& sink)
      : study_(study),
        rows_(rows),
        threads_(std::max(1u, options.threads)),
        threads_each_(rows.empty() ? 1
                                   : std::max<unsigned>(1, threads_ / static_cast<unsigned>(std::min<std::size_t>(rows.size(), threads_)))),
        progress_(progress),
        sink_(sink),
        gate_(options.memory),
        fabrics_(threads_ + 1) {}

  PlayedRows play() {
    std::vector<std::thread> helpers;
    const std::size_t workers = std::min<std::size_t>(threads_, rows_.size());
    working_ = workers;
    for (std::size_t i = 0; i < workers; ++i) helpers.emplace_back([this] { work(); });
    {
      std::unique_lock lock(mutex_);
      // A signal handler can set the flag but wake nobody, hence a look now and then.
      while (!idle_.wait_for(lock, std::chrono::milliseconds(20), [&] { return working_ == 0; }))
        if (progress_.cancel)
          for (Progress* running : running_) running->cancel = true;
    }
    for (std::thread& helper : helpers) helper.join();
    result_.cancelled = progress_.cancel;
    return std::move(result_);
  }

 private:
  void work() {
    for (std::size_t i = next_++; i < rows_.size() && !progress_.cancel && !failed_; i = next_++) {
      std::optional<StudyRow> row;
      bool no_memory = false;
      try {
        row = play_one(rows_[i]);
      } catch (const std::bad_alloc&) {
        no_memory = true;  // depends on the machine, so it is no row
      }
      const std::lock_guard lock(mutex_);
      result_.out_of_memory += no_memory ? 1 : 0;
      if (!row || failed_) continue;
      if (Status status = sink_(*row); !status) {
        result_.status = status.error();
        failed_ = true;
        for (Progress* running : running_) running->cancel = true;
        continue;
      }
      ++progress_.done;
      if (row->outcome != RowOutcome::complete) ++progress_.troubled;
    }
    const std::lock_guard lock(mutex_);
    --working_;
    idle_.notify_all();
  }

  StudyRow refused(StudyRow row, const Diagnostics& diagnostics) const {
    row.outcome = RowOutcome::refused;
    row.diagnosis = first_error(diagnostics);
    return row;
  }

  /// Nothing when it was cancelled.
  std::optional<StudyRow> play_one(std::uint64_t number) {
    StudyRow row;
    row.row = number;
    row.figures.assign(figure_columns(study_.jobs).size(), std::numeric_limits<double>::quiet_NaN());
    Diagnostics diagnostics;
    const std::optional<Scenario> scenario =
        load_point(study_, number / study_.replications(), number % study_.replications(), diagnostics);
    if (!scenario) return refused(std::move(row), diagnostics);
    const BuiltOnce site = fabrics_.get(scenario->site, diagnostics);
    if (site.fabric == nullptr) return refused(std::move(row), diagnostics);
    row.figures = site_figures(study_.jobs, *site.fabric, site.plant);
    const std::uint64_t gpus = std::max<std::uint32_t>(1, site.fabric->gpu_count);
    gate_.enter(gpus);
    struct Leave {
      MemoryGate& gate;
      std::uint64_t gpus;
      ~Leave() { gate.leave(gpus); }
    } const leave{gate_, gpus};
    std::optional<Built> built = build_on(site.fabric, *scenario, diagnostics);
    if (!built) return refused(std::move(row), diagnostics);
    built->options.threads = threads_each_;
    return simulate_row(std::move(row), site.plant, *built);
  }

  std::optional<StudyRow> simulate_row(StudyRow row, const PlantCounts& plant, Built& built) {
    Progress progress;
    {
      const std::lock_guard lock(mutex_);
      running_.push_back(&progress);
      if (progress_.cancel || failed_) progress.cancel = true;
    }
    struct Forget {
      Player& player;
      Progress* progress;
      ~Forget() {
        const std::lock_guard lock(player.mutex_);
        std::erase(player.running_, progress);
      }
    } const forget{*this, &progress};
    FlowTally tally(built.workload);
    const RecordSink records = [&](RecordBatch&& batch) { tally.add(batch.flows); };
    const Result<RunResult> result = simulate(*built.fabric, built.workload, built.options, records, progress);
    if (!result) {
      row.outcome = RowOutcome::refused;
      row.diagnosis = result.error().message;
      return row;
    }
    if (result->outcome == Outcome::cancelled) return std::nullopt;
    row.digest = result->digest;
    row.simulated = result->simulated.seconds();
    row.outcome = result->outcome == Outcome::stalled ? RowOutcome::stalled : RowOutcome::complete;
    row.diagnosis = result->diagnosis;
    if (row.outcome == RowOutcome::complete)
      for (const Sanity& check : result->sanity)
        if (!check.passed) {
          row.outcome = RowOutcome::unsound;
          row.diagnosis += (row.diagnosis.empty() ? "" : "; ") + check.check + ": " + check.detail;
        }
    // Of a run that is not to be used nothing may enter a mean, a limit or a rank: it keeps the figures of its site.
    if (row.outcome == RowOutcome::complete)
      row.figures = run_figures(study_.jobs, *built.fabric, plant, built.workload, *result, tally.jobs());
    return row;
  }

  const Study& study_;
  std::span<const std::uint64_t> rows_;
  unsigned threads_;
  unsigned threads_each_;
  StudyProgress& progress_;
  const std::function<Status(const StudyRow&)>& sink_;
  MemoryGate gate_;
  FabricStore fabrics_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::vector<Progress*> running_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::size_t working_ = 0;
  PlayedRows result_;
};

}  // namespace

PlayedRows play_rows(const Study& study, std::span<const std::uint64_t> rows, const PlayOptions& options, StudyProgress& progress,
                     const std::function<Status(const StudyRow&)>& sink) {
  if (rows.empty()) return {};
  return Player(study, rows, options, progress, sink).play();
}

}  // namespace eastwest
