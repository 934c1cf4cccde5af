// SPDX-License-Identifier: Apache-2.0
// Channels: do plugs, pins, polish, fibres and polarity of every link agree from transceiver to transceiver?
//
// Rules: channel.connector, channel.gender, channel.polish, channel.fibre, channel.structure, channel.polarity (topology/plant/polarity.hpp),
// channel.loss (pieces that make no channel, so that its loss is not known).
// What the schedule does not state is a note, not a failure. LIMITATIONS: as polarity.hpp.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

std::vector<Finding> check_channels(const CheckInput& input);

}  // namespace eastwest
