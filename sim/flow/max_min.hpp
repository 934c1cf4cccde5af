// SPDX-License-Identifier: Apache-2.0
// Max-min fair rates over a set of links, kept up to date as groups of flows come, go and change.
//
// A group is all flows with the same links and weights; its n flows all get the rate r. Link l of capacity C carries
//   sum over groups g:  n(g) x w(g,l) x r(g)  <=  C(l)
// where w is 1 on a single path and a fraction where a flow is split over equal paths. Rates are max-min fair when every
// group has a bottleneck: a link that is full and on which no other group has a higher rate (Bertsekas and Gallager, "Data
// Networks", section 6.5.2). Units: 2^-16 bit/s in 64-bit integers, so that sums are exact and nothing drifts; weights
// in 2^-32. LIMITATIONS: rates closer than 2^-32 of each other count as equal; capacities up to 140 Tb/s.
//
// How it stays cheap: nothing is solved that does not change. A change opens the groups at the links it touches, and open
// groups are filled from zero together as in progressive filling, link after link in the order of their fair share. A
// group that is not open keeps its rate until the filling proves it wrong, which happens in two ways only:
//   - a link fills at a share below the rate of a fixed group that crosses it: that group is opened;
//   - an open group stops lower than it was: groups held at its other links may rise and are opened.
// Both open only groups whose rate is at or above the present fill level, so the filling goes on without starting again,
// and when it ends every group has a bottleneck. Compare the bottleneck structure of Ros-Giralt et al., "On the
// bottleneck structure of congestion-controlled networks", SIGMETRICS 2020. A group alone on all its links skips it all.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/quantity.hpp"
#include "core/wide.hpp"

namespace eastwest::flow {

using Rate = std::int64_t;  // 2^-16 bit/s
inline constexpr unsigned kRateBits = 16;
inline constexpr unsigned kWeightBits = 32;
inline constexpr std::uint64_t kFullWeight = std::uint64_t{1} << kWeightBits;
inline constexpr std::uint32_t kNil = 0xffff'ffffu;

constexpr Rate to_rate(BitRate rate) { return static_cast<Rate>(rate.bits_per_second << kRateBits); }

struct Hop {
  std::uint32_t link = 0;
  std::uint64_t weight = kFullWeight;
  friend bool operator==(const Hop&, const Hop&) = default;
};

class MaxMin {
 public:
  explicit MaxMin(std::vector<Rate> capacities);

  /// A new group without flows. Links are distinct.
  std::uint32_t add_group(std::span<const Hop> hops);
  /// One more flow. True: no other group is on its links, and `rate` is right at once; else rates are stale until `solve`.
  bool join(std::uint32_t group);
  /// One less flow. The rate of a group without flows is 0 at once; all others are stale until `solve`.
  void leave(std::uint32_t group);
  void set_capacity(std::uint32_t link, Rate capacity);
  /// Collects links whose use changed, for `usage_changes`.
  void watch_usage() { watched_ = true; }

  [[nodiscard]] bool pending() const { return !noted_.empty() || !slack_.empty(); }
  /// Brings all rates up to date and lists the groups whose rate is another than before.
  void solve();
  [[nodiscard]] const std::vector<std::uint32_t>& changed() const { return changed_; }
  /// Links whose use may have changed since the last `clear_usage_changes`.
  [[nodiscard]] const std::vector<std::uint32_t>& usage_changes() const { return usage_changes_; }
  void clear_usage_changes();

  [[nodiscard]] std::size_t link_count() const { return links_.size(); }
  [[nodiscard]] Rate rate(std::uint32_t group) const { return groups_[group].rate; }
  [[nodiscard]] std::uint32_t flows(std::uint32_t group) const { return groups_[group].count; }
  [[nodiscard]] std::span<const Hop> hops(std::uint32_t group) const {
    return {hops_.data() + groups_[group].first_hop, groups_[group].hop_count};
  }
  [[nodiscard]] Rate capacity(std::uint32_t link) const { return links_[link].capacity; }
  [[nodiscard]] Rate used(std::uint32_t link) const { return links_[link].used; }
  [[nodiscard]] std::uint32_t bottleneck(std::uint32_t group) const { return groups_[group].bottleneck; }
  /// Groups that a link's last pass looked at, summed: what the work of solving grows with.
  [[nodiscard]] std::uint64_t visits() const { return visits_; }

 private:
  enum class State : std::uint8_t { idle, fixed, open, settled };  // settled: fixed in this solve

  struct Member {
    std::uint32_t group;
    std::uint32_t hop;  // into hops_ and positions_
  };
  struct Link {
    Rate capacity = 0;
    Rate used = 0;           // by groups that are not open
    std::uint64_t open = 0;  // weight of open flows
    double key = 0;          // fair share when it was last computed
    std::uint32_t place = kNil;
    std::uint32_t held = 0;  // groups whose bottleneck it is
    bool slack = false;      // its groups may rise
    bool usage_changed = false;
  };
  struct Group {
    Rate rate = 0;
    Rate before = 0;  // at the last solve
    std::uint32_t first_hop = 0;
    std::uint32_t hop_count = 0;
    std::uint32_t count = 0;
    std::uint32_t bottleneck = kNil;
    State state = State::idle;
    bool noted = false;
  };

  static Rate tolerance(Rate rate) { return (rate >> 32) + 64; }
  [[nodiscard]] static Rate share_of(const Group& group, std::uint64_t weight) {
    if (weight == kFullWeight) return group.rate * group.count;
    return static_cast<Rate>((static_cast<Wide>(group.rate) * group.count * static_cast<Wide>(weight)) >> kWeightBits);
  }
  [[nodiscard]] static double fair_share(const Link& link) {
    return static_cast<double>(link.capacity - link.used) * static_cast<double>(kFullWeight) / static_cast<double>(link.open);
  }

  void note(std::uint32_t group);
  void use(std::uint32_t link, Rate change);
  void touch(std::uint32_t link);
  void open(std::uint32_t group);
  void release(std::uint32_t link);
  void mark_slack(std::uint32_t link);
  bool join_alone(std::uint32_t group);
  void insert_members(std::uint32_t group);
  void fix(std::uint32_t group, Rate level, std::uint32_t bottleneck);
  bool open_above(std::uint32_t link, Rate level);
  void fill();

  void heap_insert(std::uint32_t link);
  void heap_up(std::uint32_t place);
  void heap_down(std::uint32_t place);
  std::uint32_t heap_pop();

  std::vector<Link> links_;
  std::vector<std::vector<Member>> members_;  // by link: groups with flows
  std::vector<Group> groups_;
  std::vector<Hop> hops_;
  std::vector<std::uint32_t> positions_;  // by hop: in the link's members
  std::vector<std::uint32_t> noted_;      // groups that this solve may change
  std::vector<std::uint32_t> touched_;    // links with open groups, at some time of this solve
  std::vector<std::uint32_t> slack_;
  std::vector<std::uint32_t> heap_;  // links with open groups, smallest key first
  std::vector<std::uint32_t> changed_;
  std::vector<std::uint32_t> usage_changes_;
  std::uint64_t visits_ = 0;
  bool filling_ = false;
  bool watched_ = false;
};

}  // namespace eastwest::flow
