// SPDX-License-Identifier: Apache-2.0
#include "cli/live_feed.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/progress.hpp"

namespace eastwest::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto kEvery = std::chrono::milliseconds(100);
constexpr std::size_t kHighest = 5;

/// The links with the highest `values`, none of zero.
template <class Value>
std::vector<std::uint32_t> highest(const std::vector<Value>& values) {
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  const std::size_t count = std::min(kHighest, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::uint32_t a, std::uint32_t b) { return values[a] != values[b] ? values[a] > values[b] : a < b; });
  order.resize(count);
  while (!order.empty() && !(values[order.back()] > Value{})) order.pop_back();
  return order;
}

}  // namespace

LiveFeed::LiveFeed(int descriptor, const std::string& name, const Fabric& fabric, const Progress& progress, Duration duration)
    : descriptor_(descriptor),
      fabric_(fabric),
      progress_(progress),
      duration_(duration),
      busiest_(fabric.links.size(), 0),
      queue_(fabric.links.size(), 0),
      paused_(fabric.links.size(), 0) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away ends the feed, not the run
  const int flags = fcntl(descriptor_, F_GETFL);
  if (flags < 0 || fcntl(descriptor_, F_SETFL, flags | O_NONBLOCK) < 0) broken_ = true;
  const auto joins_host = [&](std::uint32_t l) {
    const Link& link = fabric_.links[l];
    const Cable& cable = fabric_.cables[link.cable.index()];
    const auto host = [&](PortId port) { return fabric_.nodes[fabric_.ports[port.index()].node.index()].kind == NodeKind::host; };
    return host(cable.a) || host(cable.b);
  };
  for (const bool host : {false, true})
    for (std::uint32_t l = 0; l < fabric_.links.size() && named_.size() < kLinksMost; ++l)
      if (joins_host(l) == host) named_.push_back(l);
  Json start = {{"type", "start"},
                {"name", name},
                {"links", Json::array()},
                {"links_all", fabric_.links.size()},
                {"duration_s", duration_.seconds()}};
  for (const std::uint32_t l : named_) start["links"].push_back(fabric_.link_name({l}));
  send(start.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n");
  thread_ = std::thread([this] { watch(); });
}

LiveFeed::~LiveFeed() {
  stop_ = true;
  thread_.join();
  write_rows();
}

void LiveFeed::add(const RecordBatch& batch) {
  if (batch.links.empty()) return;
  const std::lock_guard lock(guard_);
  for (const LinkRow& row : batch.links)
    for (std::size_t l = 0; l < busiest_.size() && l < row.utilization.size(); ++l) {
      busiest_[l] = std::max(busiest_[l], row.utilization[l]);
      queue_[l] = std::max(queue_[l], row.queue_bytes_max[l]);
      paused_[l] = std::max(paused_[l], row.pfc_pause[l]);
    }
}

void LiveFeed::watch() {
  while (!stop_) {
    std::this_thread::sleep_for(kEvery);
    write_rows();
  }
}

void LiveFeed::write_rows() {
  if (broken_) return;
  Json line = {{"type", "rows"},
               {"simulated_s", static_cast<double>(progress_.simulated_ps.load()) * 1e-12},
               {"share", share_done(progress_, duration_)},
               {"events", progress_.events.load()},
               {"heat", Json::array()},
               {"queues", Json::array()},
               {"paused", Json::array()}};
  {
    const std::lock_guard lock(guard_);
    for (const std::uint32_t l : named_) line["heat"].push_back(std::lround(100 * std::clamp(busiest_[l], 0.0f, 1.0f)));
    for (const std::uint32_t l : highest(queue_)) line["queues"].push_back({fabric_.link_name({l}), queue_[l]});
    for (const std::uint32_t l : highest(paused_)) line["paused"].push_back({fabric_.link_name({l}), paused_[l]});
    std::fill(busiest_.begin(), busiest_.end(), 0.0f);
    std::fill(queue_.begin(), queue_.end(), 0u);
    std::fill(paused_.begin(), paused_.end(), 0.0f);
  }
  send(line.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n");
}

void LiveFeed::send(const std::string& line) {
  // A line that was begun is ended before another begins; the new one is left out until then.
  const bool late = !unsent_.empty();
  std::string& text = unsent_;
  if (!late) text = line;
  while (!text.empty() && !broken_) {
    const ssize_t sent = write(descriptor_, text.data(), text.size());
    if (sent > 0) text.erase(0, static_cast<std::size_t>(sent));
    else if (sent < 0 && errno == EINTR) continue;
    else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    else broken_ = true;
  }
}

}  // namespace eastwest::cli
