// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/exchange/netbox_panels.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "core/input_text.hpp"

namespace eastwest {

namespace {

std::string two_digits(std::uint32_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

/// The number at the end of a name; 0 of none.
std::uint32_t number_at_end(const std::string& name) {
  const std::size_t last = name.find_last_not_of("0123456789");
  return static_cast<std::uint32_t>(whole_number(name.substr(last == std::string::npos ? 0 : last + 1), 1, 10'000).value_or(0));
}

/// Front ports of each rear port in order of position.
std::map<std::string, std::vector<const NetBoxFrontPort*>> behind(const NetBoxComponents& components) {
  std::map<std::string, std::vector<const NetBoxFrontPort*>> groups;
  for (const NetBoxFrontPort& port : components.front_ports) groups[port.rear_port].push_back(&port);
  for (auto& [rear, ports] : groups)
    std::stable_sort(ports.begin(), ports.end(),
                     [](const NetBoxFrontPort* x, const NetBoxFrontPort* y) { return x->position < y->position; });
  return groups;
}

bool numbers_fit(const NetBoxComponents& components) {
  std::set<std::uint32_t> numbers;
  for (const NetBoxFrontPort& port : components.front_ports) {
    const std::uint32_t number = number_at_end(port.name);
    if (number == 0 || number > components.front_ports.size() || !numbers.insert(number).second) return false;
  }
  for (const auto& [rear, ports] : behind(components))
    for (std::size_t i = 1; i < ports.size(); ++i)
      if (number_at_end(ports[i]->name) != number_at_end(ports[i - 1]->name) + 1) return false;
  return true;
}

}  // namespace

std::string NetBoxPanel::port_of_front(const std::string& name) const {
  const auto found = front.find(name);
  return found == front.end() ? "" : two_digits(found->second);
}

std::string NetBoxPanel::port_of_rear(const std::string& name) const {
  const auto found = rear.find(name);
  if (found == rear.end()) return "";
  return two_digits(found->second.first) + (found->second.count > 1 ? "-" + two_digits(found->second.first + found->second.count - 1) : "");
}

NetBoxPanel netbox_panel(const NetBoxComponents& components) {
  NetBoxPanel panel;
  panel.ports = static_cast<std::uint32_t>(components.front_ports.size());
  const auto groups = behind(components);
  if (numbers_fit(components)) {
    for (const NetBoxFrontPort& port : components.front_ports) panel.front.emplace(port.name, number_at_end(port.name));
  } else {
    panel.renumbered = true;
    std::uint32_t next = 0;
    const auto number_group = [&](const std::string& rear) {
      const auto found = groups.find(rear);
      if (found == groups.end()) return;
      for (const NetBoxFrontPort* port : found->second)
        if (panel.front.emplace(port->name, next + 1).second) ++next;
    };
    for (const NetBoxRearPort& rear : components.rear_ports) number_group(rear.name);
    for (const auto& [rear, ports] : groups) number_group(rear);  // of rear ports that were not told
  }
  for (const auto& [rear, ports] : groups)
    if (!rear.empty())
      panel.rear.emplace(rear, NetBoxPanel::Range{panel.front.at(ports.front()->name), static_cast<std::uint32_t>(ports.size())});
  return panel;
}

}  // namespace eastwest
