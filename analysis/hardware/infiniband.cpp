// SPDX-License-Identifier: Apache-2.0
// `ibnetdiscover`, its port report (`-p`) and node name maps: rdma-core infiniband-diags/ibnetdiscover.c, man/common/sec_topology-file.rst.
//
//   Switch  65 "S-0002c90300000100"   # "leaf-r0" enhanced port 0 lid 3 lmc 0
//   [1]  "H-0002c90300000010"[1](2c90300000011)   # "gpu-001 mlx5_0" lid 11 4xNDR
// Every link stands at both of its ends; ends that contradict each other are told. Interfaces: the port number of a switch; the adapter's
// name of a host, with "/2" for ports beyond the first.
#include <algorithm>
#include <map>
#include <utility>

#include "analysis/hardware/field_text.hpp"
#include "analysis/hardware/readers.hpp"

namespace eastwest {

namespace {

struct LaneRate {
  std::string_view name;
  std::uint64_t bits_per_second;
};
// Data rate of one lane as it is counted in the names of ports (IBTA volume 2; NDR 4x is "400 Gb/s").
constexpr LaneRate kLaneRates[] = {{"SDR", 2'500'000'000},    {"DDR", 5'000'000'000},   {"QDR", 10'000'000'000},
                                   {"FDR10", 10'000'000'000}, {"FDR", 14'000'000'000},  {"EDR", 25'000'000'000},
                                   {"HDR", 50'000'000'000},   {"NDR", 100'000'000'000}, {"XDR", 200'000'000'000}};

struct Speed {
  std::uint32_t width = 0;  // 0: unknown
  std::optional<BitRate> rate;
};

/// "4xNDR"; "???", "4x???" and "??NDR" are what the tool prints when it does not know.
std::optional<Speed> speed_of(std::string_view text) {
  if (text.starts_with("??")) return Speed{};
  const std::size_t x = text.find('x');
  if (x == std::string_view::npos || x == 0) return std::nullopt;
  const auto width = whole_number(text.substr(0, x), 1, 12);
  if (!width) return std::nullopt;
  Speed speed{static_cast<std::uint32_t>(*width), std::nullopt};
  const std::string_view name = trimmed(text.substr(x + 1));
  for (const LaneRate& lane : kLaneRates)
    if (lane.name == name) speed.rate = BitRate{lane.bits_per_second * speed.width};
  return speed.rate || name.starts_with("?") ? std::optional(speed) : std::nullopt;
}

std::optional<std::uint64_t> guid_of(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  return text.size() <= 16 ? whole_or_hexadecimal("0x" + std::string(text)) : std::nullopt;
}

/// The next text between `mark`s, taken off `rest`.
std::optional<std::string_view> quoted(std::string_view& rest, char mark) {
  const std::size_t open = rest.find(mark);
  const std::size_t close = open == std::string_view::npos ? open : rest.find(mark, open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  const std::string_view inside = rest.substr(open + 1, close - open - 1);
  rest.remove_prefix(close + 1);
  return inside;
}

/// "[12]" at the beginning of `rest`, taken off it, with what stands in brackets of either kind behind it.
std::optional<std::uint32_t> port_number(std::string_view& rest) {
  const std::size_t close = rest.find(']');
  if (!rest.starts_with('[') || close == std::string_view::npos) return std::nullopt;
  const auto number = whole_number(rest.substr(1, close - 1), 0, 65'535);
  rest.remove_prefix(close + 1);
  while (rest.starts_with('(') || rest.starts_with('[')) {
    const std::size_t end = rest.find_first_of(")]");
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
  return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

struct Node {
  bool is_switch = false;
  std::uint32_t ports = 0;
  std::string description;
};
struct Link {
  std::uint32_t line = 0;
  std::uint64_t guid = 0;
  std::uint32_t port = 0;
  std::uint64_t peer = 0;
  std::uint32_t peer_port = 0;
  std::string speed;
  std::string peer_description;
  bool peer_is_switch = false;
};

std::string interface_name(const InfinibandUnit& unit, std::uint32_t port) {
  if (unit.adapter.empty()) return std::to_string(port);
  return port > 1 ? unit.adapter + "/" + std::to_string(port) : unit.adapter;
}

class TopologyReader {
 public:
  TopologyReader(const EvidenceOrigin& origin, const EvidenceContext& context, InputErrors& errors, Evidence& evidence)
      : origin_(origin), context_(context), errors_(errors), evidence_(evidence) {}

  void run(std::string_view text) {
    std::uint32_t line = 0;
    for (std::size_t begin = 0; begin < text.size() && !errors_.full();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      read_line(trimmed(text.substr(begin, end - begin)), ++line);
      begin = end + 1;
    }
    if (nodes_.empty()) errors_.error(0, 0, "the file names no node", "write it with `ibnetdiscover`");
    for (const Link& link : links_) keep(link);
    check_ends();
  }

 private:
  void read_line(std::string_view text, std::uint32_t line) {
    if (text.empty() || text.starts_with('#')) return;
    if (text.starts_with('[')) return read_link(text, line);
    for (const std::string_view kind : {"Switch", "Ca", "Rt"})
      if (text.starts_with(kind) && text.size() > kind.size() && (text[kind.size()] == '\t' || text[kind.size()] == ' '))
        return read_node(text.substr(kind.size()), kind == "Switch", line);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && text.find_first_of(" \t") > equals) return;  // vendid=0x2c9
    errors_.warning(line, 1, "this line is not of `ibnetdiscover`; it is left out: " + quote_input(text), "keep its output as it is");
  }

  void read_node(std::string_view rest, bool is_switch, std::uint32_t line) {
    rest = trimmed(rest);
    current_ = 0;
    const std::size_t blank = std::min(rest.find_first_of(" \t"), rest.size());
    const auto ports = whole_number(rest.substr(0, blank), 0, 65'535);
    rest.remove_prefix(blank);
    const auto id = quoted(rest, '"');
    const auto guid = id && id->size() > 2 ? guid_of(id->substr(2)) : std::nullopt;
    if (!ports || !guid || *guid == 0)
      return errors_.error(line, 1, "this is no node of `ibnetdiscover`", "a node is `Switch 65 \"S-0002c90300000100\" # \"leaf-r0\" ...`");
    Node node{is_switch, static_cast<std::uint32_t>(*ports), {}};
    if (const auto description = quoted(rest, '"')) node.description = std::string(trimmed(*description));
    if (!nodes_.emplace(*guid, std::move(node)).second)
      errors_.error(line, 1, "the node " + quote_input(*id) + " stands twice", "give one file per fabric, not several joined");
    current_ = *guid;
  }

  void read_link(std::string_view rest, std::uint32_t line) {
    Link link;
    link.line = line;
    link.guid = current_;
    const auto port = port_number(rest);
    const auto id = quoted(rest, '"');
    const auto peer = id && id->size() > 2 ? guid_of(id->substr(2)) : std::nullopt;
    const auto peer_port = port_number(rest);
    if (!port || !peer || !peer_port)
      return errors_.error(line, 1, "this is no link of `ibnetdiscover`",
                           "a link is `[1] \"H-0002c90300000010\"[1] # \"gpu-001 mlx5_0\" lid 11 4xNDR`");
    if (current_ == 0) return errors_.error(line, 1, "a link stands before any node", "the beginning of the file is missing");
    link.port = *port;
    link.peer = *peer;
    link.peer_port = *peer_port;
    link.peer_is_switch = id->starts_with('S');
    if (const auto description = quoted(rest, '"')) link.peer_description = std::string(trimmed(*description));
    while (!rest.empty()) {  // `lid 11 4xNDR s=... w=...`
      rest = trimmed(rest);
      const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
      if (speed_of(rest.substr(0, end))) link.speed = std::string(rest.substr(0, end));
      rest.remove_prefix(end);
    }
    if (!ports_.emplace(std::pair(link.guid, link.port), links_.size()).second)
      return errors_.error(line, 1, "port " + std::to_string(link.port) + " of this node stands twice", "a port has one link");
    links_.push_back(std::move(link));
  }

  [[nodiscard]] std::string description(std::uint64_t guid, const std::string& fallback) const {
    for (const InfinibandName& name : context_.infiniband_names)
      if (name.guid == guid) return name.name;
    const auto node = nodes_.find(guid);
    return node == nodes_.end() || node->second.description.empty() ? fallback : node->second.description;
  }

  void keep(const Link& link) {
    const auto own = nodes_.find(link.guid);
    const auto peer = nodes_.find(link.peer);
    const bool peer_is_switch = peer == nodes_.end() ? link.peer_is_switch : peer->second.is_switch;
    const InfinibandUnit unit = infiniband_unit(description(link.guid, {}), own != nodes_.end() && own->second.is_switch);
    const InfinibandUnit other = infiniband_unit(description(link.peer, link.peer_description), peer_is_switch);
    NeighbourReading neighbour;
    neighbour.at = {origin_.file, link.line};
    neighbour.device = unit.device;
    neighbour.interface = interface_name(unit, link.port);
    neighbour.peer_device = other.device;
    neighbour.peer_interface = interface_name(other, link.peer_port);
    neighbour.speed = link.speed;
    neighbour.infiniband = true;
    if (const auto speed = speed_of(link.speed)) {
      neighbour.rate = speed->rate;
      if (speed->width > 0) neighbour.width = speed->width;
    }
    evidence_.neighbours.push_back(std::move(neighbour));
  }

  void check_ends() {
    for (const Link& link : links_) {
      const auto back = ports_.find({link.peer, link.peer_port});
      if (back == ports_.end()) {
        errors_.warning(link.line, 1, "the other end of this link does not list it",
                        "the file may be cut off, or the link came or went meanwhile");
        continue;
      }
      const Link& other = links_[back->second];
      if (other.peer != link.guid || other.peer_port != link.port)
        errors_.warning(link.line, 1, "the other end of this link, line " + std::to_string(other.line) + ", lists another one",
                        "run `ibnetdiscover` again when nothing is being plugged");
      else if (other.speed != link.speed && link.line < other.line)
        errors_.warning(link.line, 1,
                        "the ends of this link differ: " + quote_input(link.speed) + " here, " + quote_input(other.speed) + " on line " +
                            std::to_string(other.line),
                        "look at both ports with `ibdiagnet`");
    }
  }

  const EvidenceOrigin& origin_;
  const EvidenceContext& context_;
  InputErrors& errors_;
  Evidence& evidence_;
  std::map<std::uint64_t, Node> nodes_;
  std::vector<Link> links_;
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::size_t> ports_;
  std::uint64_t current_ = 0;
};

}  // namespace

InfinibandUnit infiniband_unit(std::string_view description, bool is_switch) {
  description = trimmed(description);
  if (is_switch) {
    const std::size_t semicolon = description.find(';');  // "MF0;leaf-r0:MQM9700/U1"
    if (semicolon == std::string_view::npos) return {std::string(description), {}};
    description.remove_prefix(semicolon + 1);
    return {std::string(trimmed(description.substr(0, description.find(':')))), {}};
  }
  const std::size_t blank = std::min(description.find_first_of(" \t"), description.size());
  return {std::string(description.substr(0, blank)), std::string(trimmed(description.substr(blank)))};
}

void read_ibnetdiscover(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext& context, InputErrors& errors,
                        Evidence& evidence) {
  TopologyReader(origin, context, errors, evidence).run(text);
}

void read_infiniband_ports(std::string_view text, const EvidenceOrigin& origin, const EvidenceContext& context, InputErrors& errors,
                           Evidence& evidence) {
  // CA    11  1 0x0002c90300000011 4x NDR - SW     3  1 0x0002c90300000100 ( 'gpu-001 mlx5_0' - 'leaf-r0' )
  WordReader reader(text);
  std::vector<Word> words;
  const auto is_kind = [](std::string_view word) { return word == "CA" || word == "SW" || word == "RT"; };
  const auto name_of = [&](std::string_view guid, std::string_view described) {
    const auto number = guid_of(guid);
    for (const InfinibandName& name : context.infiniband_names)
      if (number == name.guid) return name.name;
    return std::string(described);
  };
  while (reader.next_line(words) && !errors.full()) {
    if (words[0].text.starts_with('#')) continue;
    if (!is_kind(words[0].text)) {
      errors.warning(words[0], "this line is not of `ibnetdiscover -p`; it is left out", "keep its output as it is");
      continue;
    }
    if (words.size() < 7 || words[6].text != "-") continue;  // nothing is plugged in
    const char* end = words.back().text.data() + words.back().text.size();
    std::string_view tail(words[6].text.data(), static_cast<std::size_t>(end - words[6].text.data()));
    const auto own = quoted(tail, '\'');
    const auto peer = quoted(tail, '\'');
    const auto port = whole_number(words[2].text, 0, 65'535);
    const auto peer_port = words.size() > 9 ? whole_number(words[9].text, 0, 65'535) : std::nullopt;
    const auto speed = speed_of(std::string(words[4].text) + std::string(words[5].text));
    if (words.size() < 11 || !is_kind(words[7].text) || !own || !peer || !port || !peer_port || !speed) {
      errors.error(words[0], "this is no line of `ibnetdiscover -p`",
                   "a line is `CA 11 1 0x0002c90300000011 4x NDR - SW 3 1 0x0002c90300000100 ( 'gpu-001 mlx5_0' - 'leaf-r0' )`");
      continue;
    }
    const InfinibandUnit unit = infiniband_unit(name_of(words[3].text, *own), words[0].text == "SW");
    const InfinibandUnit other = infiniband_unit(name_of(words[10].text, *peer), words[7].text == "SW");
    NeighbourReading neighbour;
    neighbour.at = {origin.file, words[0].line};
    neighbour.device = unit.device;
    neighbour.interface = interface_name(unit, static_cast<std::uint32_t>(*port));
    neighbour.peer_device = other.device;
    neighbour.peer_interface = interface_name(other, static_cast<std::uint32_t>(*peer_port));
    neighbour.speed = std::string(words[4].text) + std::string(words[5].text);
    neighbour.rate = speed->rate;
    if (speed->width > 0) neighbour.width = speed->width;
    neighbour.infiniband = true;
    evidence.neighbours.push_back(std::move(neighbour));
  }
}

std::vector<InfinibandName> read_infiniband_names(std::string_view text, InputErrors& errors) {
  std::vector<InfinibandName> names;
  std::uint32_t line = 0;
  for (std::size_t begin = 0; begin < text.size() && !errors.full();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view rest = trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    ++line;
    if (rest.empty() || rest.starts_with('#')) continue;
    const auto guid = guid_of(rest.substr(0, rest.find_first_of(" \t")));
    const auto name = quoted(rest, '"');
    if (guid && name) names.push_back({*guid, std::string(trimmed(*name))});
    else errors.error(line, 1, "this is no line of a node name map", "a line is `0x0002c90300000100 \"leaf-r0\"`");
  }
  return names;
}

}  // namespace eastwest
