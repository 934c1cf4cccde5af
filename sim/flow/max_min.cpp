// SPDX-License-Identifier: Apache-2.0
#include "sim/flow/max_min.hpp"

#include <algorithm>

#include "core/check.hpp"

namespace eastwest::flow {

namespace {
constexpr std::uint32_t kTouched = kNil - 1;  // place of a link that is known to the solve but not in the heap

/// A share as a rate; small parts of flows have shares beyond what a rate can hold, and another link will hold those flows.
Rate whole(double share) { return share <= 0 ? 0 : static_cast<Rate>(std::min(share, 0x1p62)); }

}  // namespace

MaxMin::MaxMin(std::vector<Rate> capacities) : links_(capacities.size()), members_(capacities.size()) {
  for (std::size_t l = 0; l < capacities.size(); ++l) links_[l].capacity = capacities[l];
}

std::uint32_t MaxMin::add_group(std::span<const Hop> hops) {
  Group group;
  group.first_hop = static_cast<std::uint32_t>(hops_.size());
  group.hop_count = static_cast<std::uint32_t>(hops.size());
  hops_.insert(hops_.end(), hops.begin(), hops.end());
  positions_.resize(hops_.size());
  groups_.push_back(group);
  return static_cast<std::uint32_t>(groups_.size() - 1);
}

void MaxMin::note(std::uint32_t g) {
  Group& group = groups_[g];
  if (group.noted) return;
  group.noted = true;
  group.before = group.rate;
  noted_.push_back(g);
}

void MaxMin::use(std::uint32_t l, Rate change) {
  Link& link = links_[l];
  link.used += change;
  if (!watched_ || link.usage_changed) return;
  link.usage_changed = true;
  usage_changes_.push_back(l);
}

void MaxMin::touch(std::uint32_t l) {
  Link& link = links_[l];
  if (link.place == kNil) {
    touched_.push_back(l);
    link.place = kTouched;
  }
  if (!filling_) return;
  const double share = fair_share(link);
  if (link.place == kTouched) {
    link.key = share;
    heap_insert(l);
  } else if (share < link.key) {  // a larger share is found out when the link comes up
    link.key = share;
    heap_up(link.place);
  }
}

void MaxMin::clear_usage_changes() {
  for (const std::uint32_t l : usage_changes_) links_[l].usage_changed = false;
  usage_changes_.clear();
}

void MaxMin::insert_members(std::uint32_t g) {
  const Group& group = groups_[g];
  for (std::uint32_t h = group.first_hop; h < group.first_hop + group.hop_count; ++h) {
    std::vector<Member>& members = members_[hops_[h].link];
    positions_[h] = static_cast<std::uint32_t>(members.size());
    members.push_back({g, h});
  }
}

void MaxMin::open(std::uint32_t g) {
  note(g);
  Group& group = groups_[g];
  --links_[group.bottleneck].held;
  group.bottleneck = kNil;
  group.state = State::open;
  for (std::uint32_t h = group.first_hop; h < group.first_hop + group.hop_count; ++h) {
    const Hop& hop = hops_[h];
    use(hop.link, -share_of(group, hop.weight));
    links_[hop.link].open += hop.weight * group.count;
    touch(hop.link);
  }
}

void MaxMin::release(std::uint32_t l) {
  visits_ += members_[l].size();
  for (const Member& member : members_[l])
    if (groups_[member.group].state == State::fixed && groups_[member.group].bottleneck == l) open(member.group);
}

void MaxMin::mark_slack(std::uint32_t l) {
  if (links_[l].slack) return;
  links_[l].slack = true;
  slack_.push_back(l);
}

/// Most flows of a ring or a pipeline meet nobody: their rate is that of their slowest link, and no list is kept.
bool MaxMin::join_alone(std::uint32_t g) {
  Group& group = groups_[g];
  const std::uint32_t end = group.first_hop + group.hop_count;
  for (std::uint32_t h = group.first_hop; h < end; ++h)
    if (!members_[hops_[h].link].empty()) return false;
  Rate level = 0;
  std::uint32_t bottleneck = kNil;
  for (std::uint32_t h = group.first_hop; h < end; ++h) {
    const Hop& hop = hops_[h];
    positions_[h] = 0;
    members_[hop.link].push_back({g, h});
    Rate share = links_[hop.link].capacity;
    if (hop.weight != kFullWeight)
      share = whole(static_cast<double>(share) * static_cast<double>(kFullWeight) / static_cast<double>(hop.weight));
    if (bottleneck != kNil && share >= level) continue;
    level = share;
    bottleneck = hop.link;
  }
  group.count = 1;
  group.rate = group.before = level;  // which the caller takes at once, so a solve of this instant compares with it
  group.state = State::fixed;
  group.bottleneck = bottleneck;
  ++links_[bottleneck].held;
  for (std::uint32_t h = group.first_hop; h < end; ++h) use(hops_[h].link, share_of(group, hops_[h].weight));
  return true;
}

bool MaxMin::join(std::uint32_t g) {
  Group& group = groups_[g];
  if (group.state == State::idle) {
    if (join_alone(g)) return true;
    note(g);
    group.rate = 0;
    group.state = State::open;
    insert_members(g);
  } else if (group.state == State::fixed) {
    open(g);
  }
  ++group.count;
  for (std::uint32_t h = group.first_hop; h < group.first_hop + group.hop_count; ++h) {
    links_[hops_[h].link].open += hops_[h].weight;
    touch(hops_[h].link);
  }
  return false;
}

void MaxMin::leave(std::uint32_t g) {
  Group& group = groups_[g];
  EASTWEST_VERIFY(group.count != 0, "a flow leaves a group without flows");
  const std::uint32_t end = group.first_hop + group.hop_count;
  if (group.count > 1) {
    if (group.state == State::fixed) open(g);
    --group.count;
    for (std::uint32_t h = group.first_hop; h < end; ++h) {
      links_[hops_[h].link].open -= hops_[h].weight;
      mark_slack(hops_[h].link);
    }
    return;
  }
  const bool fixed = group.state == State::fixed;
  if (fixed) --links_[group.bottleneck].held;
  for (std::uint32_t h = group.first_hop; h < end; ++h) {
    const Hop& hop = hops_[h];
    if (fixed) use(hop.link, -share_of(group, hop.weight));
    else links_[hop.link].open -= hop.weight;
    if (links_[hop.link].held != 0) mark_slack(hop.link);
    std::vector<Member>& members = members_[hop.link];
    members[positions_[h]] = members.back();
    positions_[members[positions_[h]].hop] = positions_[h];
    members.pop_back();
  }
  group.count = 0;
  group.rate = group.before = 0;  // as in join_alone
  group.bottleneck = kNil;
  group.state = State::idle;
}

void MaxMin::set_capacity(std::uint32_t l, Rate capacity) {
  Link& link = links_[l];
  if (link.capacity == capacity) return;
  const bool rises = capacity > link.capacity;
  link.capacity = capacity;
  if (members_[l].empty()) return;
  if (rises) {
    mark_slack(l);
  } else if (link.used > capacity || link.open != 0) {
    for (const Member& member : members_[l])
      if (groups_[member.group].state == State::fixed) open(member.group);
  }
}

void MaxMin::fix(std::uint32_t g, Rate level, std::uint32_t bottleneck) {
  Group& group = groups_[g];
  // The old rate stays when the new one is as good as equal, so that rounding does not travel through the network.
  const Rate difference = level - group.before;
  group.rate = difference <= tolerance(level) && -difference <= tolerance(level) ? group.before : level;
  group.state = State::settled;
  group.bottleneck = bottleneck;
  ++links_[bottleneck].held;
  const bool fell = group.rate < group.before;
  for (std::uint32_t h = group.first_hop; h < group.first_hop + group.hop_count; ++h) {
    const Hop& hop = hops_[h];
    use(hop.link, share_of(group, hop.weight));
    links_[hop.link].open -= hop.weight * group.count;
    if (fell && hop.link != bottleneck && links_[hop.link].held != 0) release(hop.link);
  }
}

bool MaxMin::open_above(std::uint32_t l, Rate level) {
  Rate highest = 0;
  visits_ += members_[l].size();
  for (const Member& member : members_[l]) {
    const Group& group = groups_[member.group];
    if (group.state == State::fixed) highest = std::max(highest, group.rate);
  }
  if (highest <= level + tolerance(level)) return false;
  // Only the highest: the share grows with every group that gives way, and lower ones may then stay.
  const Rate limit = highest - tolerance(highest);
  for (const Member& member : members_[l]) {
    const Group& group = groups_[member.group];
    if (group.state == State::fixed && group.rate >= limit) open(member.group);
  }
  return true;
}

void MaxMin::fill() {
  filling_ = true;
  heap_.clear();
  for (const std::uint32_t l : touched_) {
    if (links_[l].open == 0) continue;
    links_[l].key = fair_share(links_[l]);
    heap_insert(l);
  }
  Rate level = 0;
  while (!heap_.empty()) {
    const std::uint32_t l = heap_.front();
    Link& link = links_[l];
    if (link.open == 0) {
      heap_pop();
      continue;
    }
    const double share = fair_share(link);
    if (share > link.key) {
      link.key = share;
      heap_down(0);
      if (heap_.front() != l) continue;
    }
    const Rate fair = whole(share);
    const Rate next = fair <= level + tolerance(level) ? level : fair;
    if (open_above(l, next)) continue;
    level = next;
    heap_pop();
    for (std::size_t m = 0; m < members_[l].size(); ++m)
      if (groups_[members_[l][m].group].state == State::open) fix(members_[l][m].group, level, l);
  }
  filling_ = false;
}

void MaxMin::solve() {
  changed_.clear();
  for (std::size_t i = 0; i < slack_.size(); ++i) {
    const std::uint32_t l = slack_[i];
    links_[l].slack = false;
    if (links_[l].held != 0) release(l);
  }
  slack_.clear();
  if (!touched_.empty()) fill();
  for (const std::uint32_t l : touched_) links_[l].place = kNil;
  touched_.clear();
  for (const std::uint32_t g : noted_) {
    Group& group = groups_[g];
    if (group.state == State::settled) group.state = State::fixed;
    group.noted = false;
    if (group.rate != group.before) changed_.push_back(g);
  }
  noted_.clear();
}

void MaxMin::heap_insert(std::uint32_t l) {
  heap_.push_back(l);
  links_[l].place = static_cast<std::uint32_t>(heap_.size() - 1);
  heap_up(links_[l].place);
}

void MaxMin::heap_up(std::uint32_t place) {
  const std::uint32_t l = heap_[place];
  const double key = links_[l].key;
  while (place > 0) {
    const std::uint32_t parent = (place - 1) / 2;
    if (links_[heap_[parent]].key <= key) break;
    heap_[place] = heap_[parent];
    links_[heap_[place]].place = place;
    place = parent;
  }
  heap_[place] = l;
  links_[l].place = place;
}

void MaxMin::heap_down(std::uint32_t place) {
  const std::uint32_t l = heap_[place];
  const double key = links_[l].key;
  const auto size = static_cast<std::uint32_t>(heap_.size());
  for (;;) {
    std::uint32_t child = 2 * place + 1;
    if (child >= size) break;
    if (child + 1 < size && links_[heap_[child + 1]].key < links_[heap_[child]].key) ++child;
    if (key <= links_[heap_[child]].key) break;
    heap_[place] = heap_[child];
    links_[heap_[place]].place = place;
    place = child;
  }
  heap_[place] = l;
  links_[l].place = place;
}

std::uint32_t MaxMin::heap_pop() {
  const std::uint32_t top = heap_.front();
  links_[top].place = kTouched;
  const std::uint32_t last = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) {
    heap_.front() = last;
    links_[last].place = 0;
    heap_down(0);
  }
  return top;
}

}  // namespace eastwest::flow
