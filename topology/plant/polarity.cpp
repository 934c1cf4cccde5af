// SPDX-License-Identifier: Apache-2.0
#include "topology/plant/polarity.hpp"

#include <algorithm>
#include <charconv>

namespace eastwest {
namespace {

std::string_view name_of(Polish polish) { return polish == Polish::apc ? "APC" : polish == Polish::upc ? "UPC" : "unknown"; }

bool is_mpo(std::string_view connector) { return connector_family(connector) == "MPO"; }

std::string place_of(std::size_t joint, std::size_t joints) {
  if (joint == 0) return "at transceiver A";
  if (joint + 1 == joints) return "at transceiver B";
  return "at connection " + std::to_string(joint) + " from A";
}

/// Two plugs that meet, or a plug and a transceiver.
struct Joint {
  const Plug* left = nullptr;
  const Plug* right = nullptr;
  std::string place;
  std::string fibre;  // of the piece at the left, or at the right where there is none
};

void check_gender(const Joint& joint, PinGender left, PinGender right, bool transceiver, std::vector<PlantViolation>& out) {
  if (left == PinGender::none || right == PinGender::none) {
    out.push_back({"gender", "the plugs " + joint.place + " do not both state whether they have pins", "gender `pinned` or `unpinned`",
                   Verdict::unknown});
    return;
  }
  if (left != right) return;
  const bool pins = left == PinGender::pinned;
  if (transceiver)
    out.push_back({"gender", "a pinned plug meets the pins of the transceiver " + joint.place + "; both would be damaged",
                   "an unpinned plug into every transceiver"});
  else
    out.push_back({"gender",
                   std::string("both plugs ") + joint.place + (pins ? " have pins" : " have no pins, so that nothing aligns them"),
                   "exactly one pinned side: pinned trunks and unpinned cords at both ends"});
}

void check_polish(const Joint& joint, Polish left, Polish right, std::vector<PlantViolation>& out) {
  if (left == right && left != Polish::none) return;
  if (left == Polish::none || right == Polish::none) {
    if (left == Polish::apc || right == Polish::apc)
      out.push_back(
          {"polish", "an APC end meets a plug of unknown polish " + joint.place, "polish `apc` or `upc` of every plug", Verdict::unknown});
    return;
  }
  out.push_back({"polish",
                 std::string(name_of(left)) + " meets " + std::string(name_of(right)) + " " + joint.place +
                     "; the end faces do not touch, or are scratched",
                 "the same polish on both sides; single-mode MPO and multimode at 100 Gb/s a lane are APC"});
}

void check_pair(const Joint& joint, const Catalogue& catalogue, std::vector<PlantViolation>& out) {
  const Plug& left = *joint.left;
  const Plug& right = *joint.right;
  if (left.connector != right.connector) {
    out.push_back({"connector", "`" + left.connector + "` does not mate with `" + right.connector + "` " + joint.place,
                   "the same connector on both sides; MPO-16 has another key than MPO-12"});
    return;
  }
  if (is_mpo(left.connector)) check_gender(joint, left.gender, right.gender, false, out);
  check_polish(joint, left.polish, right.polish, out);
  const FibreModel* fibre = catalogue.find_fibre(joint.fibre);
  if (fibre != nullptr && fibre->medium == "smf" && is_mpo(left.connector) && left.polish == Polish::upc && right.polish == Polish::upc)
    out.push_back(
        {"polish", "both plugs " + joint.place + " are UPC, and single-mode MPO are made as APC only", "APC plugs on single-mode MPO"});
}

void check_end(const ChannelEnd& end, const Plug& plug, const Joint& joint, std::vector<PlantViolation>& out) {
  if (end.connectors.empty()) return;
  if (std::find(end.connectors.begin(), end.connectors.end(), plug.connector) == end.connectors.end()) {
    std::string list;
    for (const std::string& connector : end.connectors) list += (list.empty() ? "" : " or ") + connector;
    out.push_back({"connector", "`" + plug.connector + "` does not fit the transceiver " + joint.place + ", which takes " + list,
                   "a cord with " + list});
    return;
  }
  if (end.gender != PinGender::none && is_mpo(plug.connector)) check_gender(joint, end.gender, plug.gender, true, out);
  if (end.polish != Polish::none) check_polish(joint, end.polish, plug.polish, out);
}

/// The joints of a channel in order, ends included; what stands wrong in it is reported.
std::vector<Joint> joints_of(const Channel& channel, std::vector<PlantViolation>& out) {
  std::vector<Joint> joints;
  const FibrePiece* last = nullptr;
  enum class Between { nothing, mated, spliced } between = Between::nothing;
  const auto broken = [&out](const std::string& sentence) {
    out.push_back({"structure", sentence, "fibre, then a mated pair or a splice, then fibre"});
  };
  for (const ChannelElement& element : channel.elements) {
    if (const auto* piece = std::get_if<FibrePiece>(&element)) {
      if (last == nullptr) {
        if (between != Between::nothing) broken("the channel does not begin with a cord");
        joints.push_back({nullptr, &piece->near, {}, piece->fibre});
      } else if (between == Between::nothing) broken("two pieces of fibre stand without a connection between them");
      else if (between == Between::mated) joints.push_back({&last->far, &piece->near, {}, last->fibre});
      last = piece;
      between = Between::nothing;
    } else {
      if (between != Between::nothing) broken("two connections stand without fibre between them");
      between = std::holds_alternative<MatedPair>(element) ? Between::mated : Between::spliced;
    }
  }
  if (last == nullptr) {
    broken("the channel has no fibre");
    return {};
  }
  if (between != Between::nothing) broken("the channel does not end with a cord");
  joints.push_back({&last->far, nullptr, {}, last->fibre});
  for (std::size_t i = 0; i < joints.size(); ++i) joints[i].place = place_of(i, joints.size());
  return joints;
}

FibreMap map_of(FibrePolarity polarity, std::uint32_t positions) {
  if (polarity == FibrePolarity::reversed_b) return reversed_map(positions);
  return polarity == FibrePolarity::pairs_c ? pairs_map(positions) : straight_map(positions);
}

}  // namespace

FibreMap straight_map(std::uint32_t positions) {
  FibreMap map(positions);
  for (std::uint32_t i = 0; i < positions; ++i) map[i] = static_cast<std::uint8_t>(i);
  return map;
}

FibreMap reversed_map(std::uint32_t positions) {
  FibreMap map = straight_map(positions);
  std::reverse(map.begin(), map.end());
  return map;
}

FibreMap pairs_map(std::uint32_t positions) {
  FibreMap map = straight_map(positions);
  for (std::uint32_t i = 0; i + 1 < positions; i += 2) std::swap(map[i], map[i + 1]);
  return map;
}

FibreMap compose(const FibreMap& near, const FibreMap& far) {
  FibreMap map = near;
  for (std::uint8_t& position : map) position = far[position];
  return map;
}

ChannelEnd channel_end_of(const OpticModel& optic) {
  ChannelEnd end;
  std::string_view text = optic.connector;
  while (!text.empty() && text != "integral") {
    const std::size_t cut = text.find(" or ");
    std::string_view one = text.substr(0, cut);
    text = cut == std::string_view::npos ? std::string_view{} : text.substr(cut + 4);
    if (one.starts_with("2x")) one.remove_prefix(2);  // a twin port is two ends
    if (one.ends_with("/APC")) {
      one.remove_suffix(4);
      end.polish = Polish::apc;
    } else {
      end.polish = Polish::upc;
    }
    end.connectors.emplace_back(one);
    if (is_mpo(one)) end.gender = PinGender::pinned;
  }
  return end;
}

std::uint32_t positions_of(std::string_view connector) {
  const std::string_view family = connector_family(connector);
  if (family.empty()) return 0;
  if (family == "LC") return 2;
  std::uint32_t positions = 0;
  const std::size_t dash = connector.find('-');
  if (dash != std::string_view::npos) std::from_chars(connector.data() + dash + 1, connector.data() + connector.size(), positions);
  return positions <= 72 ? positions : 0;  // no MPO has more
}

std::optional<FibreMap> polarity_map(const Channel& channel) {
  FibreMap map;
  for (const ChannelElement& element : channel.elements) {
    if (const auto* piece = std::get_if<FibrePiece>(&element)) {
      const std::uint32_t near = positions_of(piece->near.connector);
      const std::uint32_t far = positions_of(piece->far.connector);
      const std::uint32_t positions = near != 0 ? near : far != 0 ? far : static_cast<std::uint32_t>(map.size());
      if (piece->polarity == FibrePolarity::none || positions == 0 || (near != 0 && far != 0 && near != far)) return std::nullopt;
      if (map.empty()) map = straight_map(positions);
      if (map.size() != positions) return std::nullopt;
      map = compose(map, map_of(piece->polarity, positions));
    } else if (const auto* pair = std::get_if<MatedPair>(&element)) {
      if (pair->adapter == AdapterOrientation::aligned && map.size() > 2)
        map = compose(map, reversed_map(static_cast<std::uint32_t>(map.size())));
    }
  }
  return map.empty() ? std::nullopt : std::optional(map);
}

std::vector<PlantViolation> check_polarity(const Channel& channel) {
  const std::optional<FibreMap> map = polarity_map(channel);
  if (!map)
    return {{"polarity", "a piece of the channel has no stated polarity, or ends with different numbers of positions",
             "polarity A, B or C for every cord and trunk", Verdict::unknown}};
  const auto positions = static_cast<std::uint32_t>(map->size());
  if (*map == reversed_map(positions)) return {};
  std::uint32_t reversals = 0;
  bool flips = false;
  for (const ChannelElement& element : channel.elements) {
    if (const auto* piece = std::get_if<FibrePiece>(&element)) {
      flips = flips || (piece->polarity == FibrePolarity::pairs_c && positions > 2);
      reversals += piece->polarity == FibrePolarity::reversed_b ? 1 : 0;
    } else if (const auto* pair = std::get_if<MatedPair>(&element)) {
      reversals += pair->adapter == AdapterOrientation::aligned && positions > 2 ? 1 : 0;
    }
  }
  if (flips)
    return {{"polarity",
             "a cable of type C flips pairs, which parallel optics cannot use: position 1 arrives at " + std::to_string((*map)[0] + 1) +
                 " instead of " + std::to_string(positions),
             "cables of type A or B"}};
  if (positions == 2)
    return {{"polarity", "the two fibres arrive as they left, so that transmitter meets transmitter", "one A-to-B cord more, or one less"}};
  return {{"polarity",
           "position 1 arrives at " + std::to_string((*map)[0] + 1) + " instead of " + std::to_string(positions) +
               ", so that transmitters do not meet receivers: " + std::to_string(reversals) +
               " reversals along the channel, and an odd number is needed",
           "one cord of type B instead of A, or A instead of B, at one end"}};
}

std::vector<PlantViolation> check_channel(const Channel& channel, const ChannelEnd& a, const ChannelEnd& b, const Catalogue& catalogue) {
  std::vector<PlantViolation> out;
  const std::vector<Joint> joints = joints_of(channel, out);
  if (joints.empty()) return out;
  for (const Joint& joint : joints) {
    if (joint.left == nullptr) check_end(a, *joint.right, joint, out);
    else if (joint.right == nullptr) check_end(b, *joint.left, joint, out);
    else check_pair(joint, catalogue, out);
  }
  std::string medium;
  for (const ChannelElement& element : channel.elements) {
    const auto* piece = std::get_if<FibrePiece>(&element);
    const FibreModel* fibre = piece == nullptr ? nullptr : catalogue.find_fibre(piece->fibre);
    if (fibre == nullptr) continue;
    if (!medium.empty() && medium != fibre->medium) {
      out.push_back({"fibre", "single-mode and multimode fibre are joined in one channel", "one kind of fibre from end to end"});
      break;
    }
    medium = fibre->medium;
  }
  for (PlantViolation& violation : check_polarity(channel)) out.push_back(std::move(violation));
  return out;
}

}  // namespace eastwest
