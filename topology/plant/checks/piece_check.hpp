// SPDX-License-Identifier: Apache-2.0
// Pieces: is every piece of a link what the optics at its ends take: a cord of glass or a cable with ends of its own, of their fibre, with
// fibres enough?
//
// Rules: channel.piece (kind and construction against the optics), channel.fibre (kind of glass against the optics, told of the piece),
// channel.fibres (fewer fibres than the optics use, of a trunk as often as it has strands). Items are ids of pieces; plugs are told by
// channel_check.hpp. LIMITATIONS: links whose optics are not known are not checked; a trunk that carries several optics is held to the
// one that needs most.
#pragma once

#include <vector>

#include "topology/plant/checks/check_input.hpp"
#include "topology/plant/checks/finding.hpp"

namespace eastwest {

std::vector<Finding> check_pieces(const CheckInput& input);

}  // namespace eastwest
